From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import S00 S02.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Convexity.
(* R^d, or any vector space over an ordered field. A function on C is one that is defined
   everywhere, of which only the values on C matter. *)
Variables (R : realFieldType) (V : lmodType R) (C : V -> Prop) (g : V -> R).
Definition segment_in (x y : V) : Prop :=
  forall t : R, 0 <= t <= 1 -> C ((1 - t) *: x + t *: y).
Definition convex_set : Prop := forall x y, C x -> C y -> segment_in x y.
Definition convex_on : Prop := forall x y, C x -> C y -> segment_in x y ->
  forall t : R, 0 <= t <= 1 -> g ((1 - t) *: x + t *: y) <= (1 - t) * g x + t * g y.
Definition strictly_convex_on : Prop := forall x y, C x -> C y -> segment_in x y -> x <> y ->
  forall t : R, 0 < t < 1 -> g ((1 - t) *: x + t *: y) < (1 - t) * g x + t * g y.
Definition global_minimiser (a : V) : Prop := C a /\ forall x, C x -> g a <= g x.
End Convexity.

Definition prp_convex_operations : Prop :=
  forall (R : realFieldType) (V : lmodType R) (C : V -> Prop) (g h : V -> R) (a b : R),
  (* convex *) convex_on C g -> convex_on C h ->
  (* weights *) 0 <= a -> 0 <= b ->
  convex_on C (fun w => a * g w + b * h w) /\ convex_on C (fun w => Num.max (g w) (h w)).

Definition prp_convex_affine : Prop :=
  forall (R : realFieldType) (d m : nat) (C : 'cV[R]_d -> Prop) (g : 'cV[R]_d -> R)
    (A : 'M[R]_(d, m)) (c : 'cV[R]_d),
  convex_set C ->
  (* convex *) convex_on C g ->
  convex_set (fun u => C (A *m u + c)) /\
  convex_on (fun u => C (A *m u + c)) (fun u => g (A *m u + c)).

Definition thm_first_order_condition : Prop :=
  forall (R : realType) (n : nat) (C : set 'rV[R]_n.+1) (g : 'rV[R]_n.+1 -> R)
    (x : 'rV[R]_n.+1),
  interior C x -> differentiable g x ->
  (* domain *) convex_set C ->
  (* convex *) convex_on C g ->
  forall y, C y -> g x + dot (grad g x) (y - x) <= g y.

(* The norm is the Euclidean one: a ball of radius e is given by the squares. *)
Definition thm_convex_local_global : Prop :=
  forall (R : realFieldType) (d : nat) (C : 'rV[R]_d -> Prop) (g : 'rV[R]_d -> R)
    (ws : 'rV[R]_d),
  C ws ->
  (* domain *) convex_set C ->
  (* convex *) convex_on C g ->
  (* local *) (exists2 e : R, 0 < e & forall w, C w -> sqnorm (w - ws) < e ^+ 2 -> g ws <= g w) ->
  global_minimiser C g ws.

Definition thm_convex_critical_point : Prop :=
  forall (R : realType) (n : nat) (C : set 'rV[R]_n.+1) (g : 'rV[R]_n.+1 -> R)
    (ws : 'rV[R]_n.+1),
  interior C ws -> differentiable g ws ->
  (* domain *) convex_set C ->
  (* convex *) convex_on C g ->
  (* critical *) (forall i, partial g i ws = 0) ->
  global_minimiser C g ws.

Definition thm_strictly_convex_minimiser : Prop :=
  forall (R : realFieldType) (V : lmodType R) (C : V -> Prop) (g : V -> R),
  (* domain *) convex_set C ->
  (* strict *) strictly_convex_on C g ->
  forall a b, global_minimiser C g a -> global_minimiser C g b -> a = b.

Definition thm_jensen : Prop :=
  forall (R : realFieldType) (V : lmodType R) (C : V -> Prop) (g : V -> R)
    (m : nat) (x : 'I_m -> V) (l : 'I_m -> R), (forall i, C (x i)) ->
  (* domain *) convex_set C ->
  (* convex *) convex_on C g ->
  (* nonnegative *) (forall i, 0 <= l i) ->
  (* sum *) \sum_i l i = 1 ->
  C (\sum_i l i *: x i) /\ g (\sum_i l i *: x i) <= \sum_i l i * g (x i).

Definition prp_convex_composition : Prop :=
  forall (R : realFieldType) (V : lmodType R) (C : V -> Prop) (J : R^o -> Prop)
    (g : V -> R) (phi : R^o -> R), convex_set J -> (forall x, C x -> J (g x)) ->
  (* convex *) convex_on C g ->
  (* outer *) convex_on J phi ->
  (* monotone *) (forall s t : R, J s -> J t -> s < t -> phi s <= phi t) ->
  convex_on C (fun x => phi (g x)).

Definition thm_first_order_characterisation : Prop :=
  forall (R : realType) (n : nat) (C : set 'rV[R]_n.+1) (g : 'rV[R]_n.+1 -> R),
  open C -> (forall x, C x -> differentiable g x) ->
  (* domain *) convex_set C ->
  (convex_on C g <->
     forall x y, C x -> C y -> g x + dot (grad g x) (y - x) <= g y) /\
  (strictly_convex_on C g <->
     forall x y, C x -> C y -> x <> y -> g x + dot (grad g x) (y - x) < g y).
