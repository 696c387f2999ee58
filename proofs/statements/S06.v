From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import S00 S02 S03.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

(* The vectors v are arbitrary: each may depend on what came before. *)
Definition thm_regret : Prop :=
  forall (R : realFieldType) (d T : nat) (eta : R) (w v : nat -> 'rV[R]_d) (ws : 'rV[R]_d),
  eta != 0 ->
  (* start *) w 1%N = 0 ->
  (* constant *) (forall t, (1 <= t <= T)%N -> w t.+1 = w t - eta *: v t) ->
  let regret := \sum_(1 <= t < T.+1) dot (w t - ws) (v t) in
  let squares := \sum_(1 <= t < T.+1) sqnorm (v t) in
  regret = (sqnorm ws - sqnorm (w T.+1 - ws)) / (2 * eta) + eta / 2 * squares /\
  ((* positive *) 0 < eta -> regret <= sqnorm ws / (2 * eta) + eta / 2 * squares).

Definition thm_descent_rate : Prop :=
  forall (R : realType) (n T : nat) (f : 'rV[R]_n.+1 -> R) (B rho eta : R)
    (w : nat -> 'rV[R]_n.+1) (ws : 'rV[R]_n.+1),
  (0 < T)%N -> 0 < B -> 0 < rho -> (forall x, differentiable f x) ->
  (forall t, (1 <= t < T)%N -> w t.+1 = w t - eta *: grad f (w t)) ->
  (* convex *) convex_on (fun=> True) f ->
  (* start *) w 1%N = 0 ->
  (* step *) eta = B / (rho * Num.sqrt T%:R) ->
  (* radius *) norm2 ws <= B ->
  (* slope *) (forall t, (1 <= t <= T)%N -> norm2 (grad f (w t)) <= rho) ->
  f (T%:R^-1 *: \sum_(1 <= t < T.+1) w t) - f ws <= B * rho / Num.sqrt T%:R.
