From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import reals sequences exp.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Softmax.
(* Vectors are functions on a finite set X, such as {1, ..., n}. *)
Variables (R : realType) (X : finType).
Implicit Types p q z : X -> R.
Definition softmax z (x : X) : R := expR (z x) / \sum_y expR (z y).
Definition lse z : R := ln (\sum_x expR (z x)).
Definition distribution p : Prop := (forall x, 0 <= p x) /\ \sum_x p x = 1.
(* In the library ln 0 = 0, so that 0 * ln 0 = 0 as the convention asks. *)
Definition entropy p : R := - (\sum_x p x * ln (p x)).
Definition cross_entropy p q : R := - (\sum_x p x * ln (q x)).
Definition KL p q : R := cross_entropy p q - entropy p.
End Softmax.

(* "a <= b ?= iff c" means: a <= b, and a = b if and only if c. *)
Definition lem_gibbs : Prop := forall (R : realType) (X : finType) (p q : X -> R),
  distribution p -> distribution q -> (forall x, 0 < q x) ->
  0 <= KL p q ?= iff [forall x, p x == q x].
