From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* The scalar product of two rows of d numbers. *)
Definition dot (R : realFieldType) (d : nat) (u x : 'rV[R]_d) : R := \sum_i u 0 i * x 0 i.
(* The square of the Euclidean length. *)
Definition sqnorm (R : realFieldType) (d : nat) (u : 'rV[R]_d) : R := dot u u.
(* The Euclidean length. *)
Definition norm2 (R : rcfType) (d : nat) (u : 'rV[R]_d) : R := Num.sqrt (sqnorm u).
