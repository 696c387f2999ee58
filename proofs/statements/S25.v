From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Points and kinks are rows of n numbers; entry (i, j) is max(z_i - b_j, 0). *)
Definition kinks (R : realFieldType) (n : nat) (z b : 'rV[R]_n) : 'M[R]_n :=
  \matrix_(i, j) Num.max (z 0 i - b 0 j) 0.

Definition prp_interleaved_kinks : Prop :=
  forall (R : realFieldType) (n : nat) (z b : 'rV[R]_n),
  (* interleaved *) (forall i, b 0 i < z 0 i) ->
  (* interleaved *) (forall i j : 'I_n, j = i.+1 :> nat -> z 0 i <= b 0 j) ->
  let M := kinks z b in
  [/\ forall i j : 'I_n, (i < j)%N -> M i j = 0,
      \det M = \prod_i (z 0 i - b 0 i),
      0 < \det M &
      forall y : 'cV[R]_n, exists! w, M *m w = y].
