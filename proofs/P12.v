(* Dual numbers are a commutative ring, and differentiate quotients of polynomials. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S12.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Duals.
Variable R : realType.
Implicit Types (p q : {poly R}) (a b : R) (x y : dual R).

Lemma mulC x y : mul x y = mul y x.
Proof. by rewrite /mul addrC [y.1 * _]mulrC [y.2 * _]mulrC [y.1 * x.2]mulrC. Qed.

Lemma mulA x y z : mul x (mul y z) = mul (mul x y) z.
Proof. by rewrite /mul /=; congr pair; ring. Qed.

Lemma mul1 x : mul (real 1) x = x.
Proof. by case: x => a b; rewrite /mul /= !mul1r mul0r addr0. Qed.

Lemma inverse a b y : mul (a, b) y = real 1 <-> a != 0 /\ y = (a^-1, - (b / a ^+ 2)).
Proof.
case: y => c d; split=> [[ac e]|[a0 [-> ->]]]; last by congr pair => /=; field.
have a0 : a != 0 by apply/eqP => a0; move/eqP: ac; rewrite a0 mul0r eq_sym oner_eq0.
have cE : c = a^-1 by rewrite -[c](mulKf a0) ac mulr1.
have ad : a * d = - (b * c) by apply/eqP; rewrite -addr_eq0; apply/eqP.
by split=> //; rewrite cE; congr pair; rewrite -[d](mulKf a0) ad cE; field.
Qed.

Lemma powerE a b k : power (a, b) k = (a ^+ k, a ^+ k.-1 *+ k * b).
Proof.
elim: k => [|k IH] /=; first by rewrite expr0 mulr0n mul0r.
rewrite IH /mul /= -exprSr; congr pair.
case: k {IH} => [|k] /=; first by rewrite mulr0n !mul0r addr0.
have -> : a ^+ k *+ k.+1 * b * a = a ^+ k.+1 *+ k.+1 * b.
  by rewrite -mulrA [b * a]mulrC mulrA mulrnAl -exprSr.
by rewrite [in RHS]mulrSr mulrDl addrC.
Qed.

Lemma evaluateE p a b : evaluate p (a, b) = (p.[a], p^`().[a] * b).
Proof.
have split2 (n : nat) (F : 'I_n -> dual R) :
    \big[@add R/real 0]_(k < n) F k = (\sum_(k < n) (F k).1, \sum_(k < n) (F k).2).
  by elim/big_rec3: _ => [|k u v w _ ->].
rewrite /evaluate split2; congr pair.
  by rewrite horner_coef; apply: eq_bigr => k _; rewrite powerE.
rewrite horner_poly mulr_suml; case: (size p) => [|n]; first by rewrite !big_ord0.
have scaled (c : R) x : (mul (real c) x).2 = c * x.2 by rewrite /= mul0r addr0.
rewrite big_ord_recl scaled mulr0 add0r; apply: eq_bigr => k _.
by rewrite scaled powerE /= mulrA mulrnAr !mulrnAl.
Qed.

Lemma is_derive_horner p a : is_derive a (1 : R) (fun x : R => p.[x]) p^`().[a].
Proof.
elim/poly_ind: p => [|p c IH].
  have -> : (fun x : R => (0 : {poly R}).[x]) = cst 0 by apply/funext => x; rewrite horner0.
  by rewrite linear0 horner0; apply: is_derive_cst.
have -> : (fun x : R => (p * 'X + c%:P).[x]) = (fun x : R => p.[x]) * id + cst c.
  by apply/funext => x; rewrite hornerMXaddC.
apply: is_derive_eq.
rewrite derivD derivC derivM derivX mulr1 !hornerD hornerMX horner0 addr0.
by rewrite /GRing.scale /= mulr1 addrC [a * _]mulrC addr0.
Qed.

Lemma is_derive_quotient (u v : R -> R) a du dv :
  is_derive a 1 u du -> is_derive a 1 v dv -> v a != 0 ->
  is_derive a (1 : R) (fun t : R => u t / v t) ((du * v a - u a * dv) / v a ^+ 2).
Proof.
move=> [diu duE] [div dvE] v0.
have dV : derivable (fun t : R => (v t)^-1) a (1 : R).
  by apply/derivable1_diffP; apply: differentiableV => //; apply/derivable1_diffP.
have -> : (fun t : R => u t / v t) = u * (fun t : R => (v t)^-1) by apply/funext.
split; first exact (derivableM diu dV).
by rewrite (deriveM diu dV) (deriveV v0 div) duE dvE /GRing.scale /=; field.
Qed.
End Duals.

Theorem prp_dual_arithmetic : S12.prp_dual_arithmetic.
Proof.
move=> R; split=> [x y z|].
  split; split; rewrite ?mulA ?mul1 //; first 4 last.
  - exact: mulC.
  - by rewrite /mul /add /=; congr pair; ring.
  - by rewrite /add !addrA.
  - by rewrite /add [y.1 + _]addrC [y.2 + _]addrC.
  - by case: x => a b; rewrite /add /= !add0r.
  - by rewrite /add /opp /= !addNr.
split=> [|p q a b y q0]; first exact: inverse.
rewrite !evaluateE => /inverse[_ ->] f.
have [df ->] := is_derive_quotient (is_derive_horner p a) (is_derive_horner q a) q0.
by split=> //; rewrite /mul /=; congr pair; field.
Qed.
