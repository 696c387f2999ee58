From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Derivatives.
(* R^d with d = n.+1, so that d is at least 1. Functions are defined everywhere. *)
Variables (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R).
(* The derivative along the unit vector of index i. *)
Definition partial (i : 'I_n.+1) (a : 'rV[R]_n.+1) : R := 'D_(delta_mx 0 i) f a.
Definition grad (a : 'rV[R]_n.+1) : 'rV[R]_n.+1 := \row_i partial i a.
(* In D, no point near a has a smaller value. *)
Definition local_minimiser (D : set 'rV[R]_n.+1) (a : 'rV[R]_n.+1) : Prop :=
  D a /\ \forall x \near a, D x -> f a <= f x.
End Derivatives.

Definition thm_interior_minimum : Prop :=
  forall (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R) (D : set 'rV[R]_n.+1) (w : 'rV[R]_n.+1),
  (* interior *) interior D w ->
  (* minimum *) local_minimiser f D w ->
  (* partials *) (forall i, derivable f w (delta_mx 0 i)) ->
  forall i, partial f i w = 0.
