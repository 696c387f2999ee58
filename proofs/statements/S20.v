From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Circulants.
(* Columns of n.+1 entries, so that there is at least one. Indices are added modulo n.+1;
   Zp1 is the index 1. *)
Variables (A : comRingType) (n : nat).
Definition shift (x : 'cV[A]_n.+1) : 'cV[A]_n.+1 := \col_i x (i - Zp1) 0.
Definition convolution (a x : 'cV[A]_n.+1) : 'cV[A]_n.+1 := \col_i \sum_k a k 0 * x (i - k) 0.
Definition first_unit : 'cV[A]_n.+1 := \col_i (i == 0)%:R.
End Circulants.

Definition thm_equivariant_convolution : Prop :=
  forall (A : comRingType) (n : nat) (L : 'cV[A]_n.+1 -> 'cV[A]_n.+1),
  (* linear *) (forall c x y, L (c *: x + y) = c *: L x + L y) ->
  (* equivariant *) (forall x, L (shift x) = shift (L x)) ->
  forall a, (forall x, L x = convolution a x) <-> a = L (first_unit A n).

(* Shifts are any functions of the sets to themselves; iter s f applies f s times. *)
Definition cor_strides_multiply : Prop :=
  forall (X Y Z : Type) (shiftX : X -> X) (shiftY : Y -> Y) (shiftZ : Z -> Z) (D1 : X -> Y)
    (D2 : Y -> Z) (s t : nat),
  (* first *) (forall x, D1 (iter s shiftX x) = shiftY (D1 x)) ->
  (* second *) (forall y, D2 (iter t shiftY y) = shiftZ (D2 y)) ->
  forall x, D2 (D1 (iter (s * t) shiftX x)) = shiftZ (D2 (D1 x)).
