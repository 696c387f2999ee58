From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Descent.
Variable R : realFieldType.
(* A sample xi is true or false, for 1 or -1; its target is 2 or -1. *)
Definition target (xi : bool) : R := if xi then 2 else - 1.
Definition loss (w : R) : R := (w - 2) ^+ 2 / 2 + (w + 1) ^+ 2 / 2.
Definition step (eta w : R) (xi : bool) : R := w - eta * (w - target xi).
(* From w with a constant rate, along a list of samples. *)
Definition run (eta w : R) (xis : seq bool) : R := foldl (step eta) w xis.
(* From w_t = w with rates 1/t, 1/(t+1), ... along a list of samples. *)
Fixpoint harmonic_run (t : nat) (w : R) (xis : seq bool) : R :=
  if xis is xi :: rest then harmonic_run t.+1 (step t%:R^-1 w xi) rest else w.
(* A pass over both targets, of which xi says the first. *)
Definition pass (eta w : R) (xi : bool) : R := step eta (step eta w xi) (~~ xi).
(* The expectation over T independent fair samples is the mean over their 2^T outcomes. *)
Definition E (T : nat) (h : seq bool -> R) : R := (\sum_(xis : T.-tuple bool) h xis) / 2 ^+ T.
End Descent.

Definition prp_sgd_raises : Prop := forall (R : realFieldType) (eta w : R), 0 < eta ->
  ((* between *) - 1 < w < 2 ->
     loss w < loss (step eta w true) \/ loss w < loss (step eta w false)) /\
  (w = 1 / 2 -> loss w < loss (step eta w true) /\ loss w < loss (step eta w false)).

(* From a fixed start w. The error after T steps is run eta w xis - 1/2. *)
Definition thm_sgd_law : Prop := forall (R : realFieldType) (eta w : R) (T : nat),
  (* rate *) 0 < eta < 2 ->
  let mean T := E T (fun xis => run eta w xis - 1 / 2) in
  let square T := E T (fun xis => (run eta w xis - 1 / 2) ^+ 2) in
  let limit := 9 * eta / (4 * (2 - eta)) in
  [/\ mean T.+1 = (1 - eta) * mean T,
      square T.+1 = (1 - eta) ^+ 2 * square T + 9 / 4 * eta ^+ 2,
      mean T = (1 - eta) ^+ T * (w - 1 / 2)
    & square T - limit = (1 - eta) ^+ (2 * T) * ((w - 1 / 2) ^+ 2 - limit)].

Definition prp_sgd_expected_descent : Prop := forall (R : realFieldType) (eta w : R), 0 < eta ->
  (loss (step eta w true) + loss (step eta w false)) / 2 < loss w <->
  eta < 2 /\ 9 * eta / (4 * (2 - eta)) < (w - 1 / 2) ^+ 2.

Definition prp_sgd_averaging : Prop := forall (R : realFieldType) (w : R) (t : nat), (0 < t)%N ->
  (forall xis : t.-tuple bool, harmonic_run 1 w xis = (\sum_(xi <- xis) target R xi) / t%:R) /\
  E t (fun xis => (harmonic_run 1 w xis - 1 / 2) ^+ 2) = 9 / (4 * t%:R).

Definition prp_sgd_reshuffled : Prop := forall (R : realFieldType) (eta w : R) (T : nat),
  0 < eta < 2 ->
  let sign (xi : bool) : R := if xi then 1 else - 1 in
  let limit := 9 / 4 * (eta ^+ 4 / (1 - (1 - eta) ^+ 4)) in
  (forall xi, pass eta w xi - 1 / 2 =
     (1 - eta) ^+ 2 * (w - 1 / 2) - 3 / 2 * eta ^+ 2 * sign xi) /\
  E T (fun xis => (foldl (pass eta) w xis - 1 / 2) ^+ 2) - limit =
    (1 - eta) ^+ (4 * T) * ((w - 1 / 2) ^+ 2 - limit).
