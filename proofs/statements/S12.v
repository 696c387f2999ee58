From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Duals.
Variable R : realType.
(* (a, b) is a + b eps. *)
Definition dual : Type := (R * R)%type.
Implicit Types x y : dual.
Definition real (a : R) : dual := (a, 0).
Definition add x y : dual := (x.1 + y.1, x.2 + y.2).
Definition opp x : dual := (- x.1, - x.2).
Definition mul x y : dual := (x.1 * y.1, x.1 * y.2 + x.2 * y.1).
Fixpoint power x (k : nat) : dual := if k is k'.+1 then mul (power x k') x else real 1.
(* The sum of p_k x^k. *)
Definition evaluate (p : {poly R}) x : dual :=
  \big[add/real 0]_(k < size p) mul (real p`_k) (power x k).
End Duals.

Definition prp_dual_arithmetic : Prop :=
  forall R : realType,
  (* a commutative ring *)
  (forall x y z : dual R,
    [/\ add x (add y z) = add (add x y) z, add x y = add y x, add (real 0) x = x &
        add (opp x) x = real 0] /\
    [/\ mul x (mul y z) = mul (mul x y) z, mul x y = mul y x, mul (real 1) x = x &
        mul (add x y) z = add (mul x z) (mul y z)]) /\
  (* inverses *)
  (forall (a b : R) (y : dual R),
    mul (a, b) y = real 1 <-> a != 0 /\ y = (a^-1, - (b / a ^+ 2))) /\
  (* quotients of polynomials *)
  (forall (p q : {poly R}) (a b : R) (y : dual R), q.[a] != 0 ->
    mul (evaluate q (a, b)) y = real 1 ->
    let f x := p.[x] / q.[x] in
    derivable f a 1 /\ mul (evaluate p (a, b)) y = (f a, 'D_1 f a * b)).
