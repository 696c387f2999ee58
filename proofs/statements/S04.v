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

Section Jacobian.
Variables (R : realFieldType) (n : nat).
Implicit Types s v : 'cV[R]_n.
Definition jacobian s : 'M[R]_n := \matrix_(i, j) (s i 0 * ((i == j)%:R - s j 0)).
Definition mean s v : R := \sum_i s i 0 * v i 0.
Definition variance s v : R := \sum_i s i 0 * (v i 0 - mean s v) ^+ 2.
End Jacobian.

(* Of the book's theorem: what the matrix is like, for any distribution with positive entries. *)
Definition thm_softmax_jacobian : Prop :=
  forall (R : realFieldType) (n : nat) (s : 'cV[R]_n),
  (forall i, 0 < s i 0) -> \sum_i s i 0 = 1 ->
  let J := jacobian s in
  [/\ J = \matrix_(i, j) (s i 0 * (i == j)%:R) - s *m s^T,
      J^T = J,
      forall v : 'cV[R]_n, (v^T *m J *m v) 0 0 = variance s v,
      forall v : 'cV[R]_n, 0 <= variance s v
    & forall v : 'cV[R]_n, J *m v = 0 <-> forall i j, v i 0 = v j 0].

Definition prp_softmax_injective : Prop := forall (R : realType) (X : finType), (0 < #|X|)%N ->
  (forall y z : X -> R, softmax y =1 softmax z <-> forall i j, y i - z i = y j - z j) /\
  (forall p : X -> R, distribution p -> (forall i, 0 < p i) -> exists z, softmax z =1 p).

(* The largest entry is the least M that bounds all entries. *)
Definition prp_log_sum_exp : Prop := forall (R : realType) (X : finType), (0 < #|X|)%N ->
  [/\ forall (y z : X -> R) (t : R), 0 <= t <= 1 ->
        lse (fun i => (1 - t) * y i + t * z i) <= (1 - t) * lse y + t * lse z,
      forall (z : X -> R) i, z i <= lse z
    & forall (z : X -> R) (M : R), (forall i, z i <= M) -> lse z <= M + ln #|X|%:R].
