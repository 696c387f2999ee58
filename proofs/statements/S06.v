From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import S00 S02 S03.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

(* In the book g is the gradient of f at wt, and c is f wt. *)
Definition thm_proximal_step : Prop :=
  forall (R : realFieldType) (d : nat) (c lambda : R) (g wt : 'rV[R]_d),
  (* positive *) 0 < lambda ->
  let m w := c + dot (w - wt) g + lambda / 2 * sqnorm (w - wt) in
  let next := wt - lambda^-1 *: g in
  (forall w, m next <= m w ?= iff (w == next)) /\
  m next = c - (2 * lambda)^-1 * sqnorm g.

Section Smooth.
Variables (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R).
(* Along the segment from w to u the gradient changes at most L times as fast as the point. *)
Definition smooth_between (L : R) (w u : 'rV[R]_n.+1) : Prop :=
  forall t : R, 0 <= t <= 1 -> let x := (1 - t) *: w + t *: u in
  norm2 (grad f x - grad f w) <= L * norm2 (x - w).
End Smooth.

Definition lem_quadratic_upper_bound : Prop :=
  forall (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R) (w u : 'rV[R]_n.+1) (L : R),
  (forall x, differentiable f x) -> 0 <= L ->
  (* smooth *) smooth_between f L w u ->
  f u <= f w + dot (u - w) (grad f w) + L / 2 * sqnorm (u - w).

Definition thm_descent_lemma : Prop :=
  forall (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R) (wt : 'rV[R]_n.+1) (lambda L : R),
  (forall x, differentiable f x) -> 0 < lambda -> 0 <= L ->
  let next := wt - lambda^-1 *: grad f wt in
  (* smooth *) smooth_between f L wt next ->
  (* strong *) L <= lambda ->
  f next <= f wt - (2 * lambda)^-1 * sqnorm (grad f wt).

Definition prp_descent_any_step : Prop :=
  forall (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R) (w : 'rV[R]_n.+1) (eta L : R),
  (forall x, differentiable f x) -> 0 <= L ->
  let next := w - eta *: grad f w in
  (* smooth *) smooth_between f L w next ->
  f next <= f w - eta * (1 - eta * L / 2) * sqnorm (grad f w).

Definition prp_descent_threshold : Prop :=
  forall (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R) (w : 'rV[R]_n.+1) (eta L : R),
  (forall x, differentiable f x) -> 0 < L ->
  let next := w - eta *: grad f w in
  (* smooth *) smooth_between f L w next ->
  (* short *) 0 < eta < 2 / L ->
  (* slope *) grad f w != 0 ->
  f next < f w.

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

Definition lem_average_gap : Prop :=
  forall (R : realType) (n T : nat) (f : 'rV[R]_n.+1 -> R) (w : nat -> 'rV[R]_n.+1)
    (ws : 'rV[R]_n.+1),
  (forall x, differentiable f x) -> (0 < T)%N ->
  (* convex *) convex_on (fun=> True) f ->
  f (T%:R^-1 *: \sum_(1 <= t < T.+1) w t) - f ws <=
    T%:R^-1 * \sum_(1 <= t < T.+1) dot (w t - ws) (grad f (w t)).

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
