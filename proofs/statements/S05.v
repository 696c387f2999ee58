From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import reals sequences exp.
From Book Require Import S04.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Minus the expected score, minus T times the entropy. *)
Definition free_energy (R : realType) (X : finType) (T : R) (x y : X -> R) : R :=
  - (\sum_i x i * y i) - T * entropy y.

(* "a <= b ?= iff c" means: a <= b, and a = b if and only if c. *)
Definition thm_entropic_projection : Prop :=
  forall (R : realType) (X : finType) (T : R) (x : X -> R), (0 < #|X|)%N ->
  (* temperature *) 0 < T ->
  let s := softmax (fun i => x i / T) in
  [/\ distribution s,
      (* sum *) forall y, distribution y ->
        free_energy T x s <= free_energy T x y ?= iff [forall i, y i == s i]
    & free_energy T x s = - T * lse (fun i => x i / T)].

Definition lem_entropy_boundary : Prop :=
  forall (R : realType) (X : finType) (T : R) (x y : X -> R) (k : X),
  0 < T -> distribution y -> y k = 0 ->
  exists y', [/\ distribution y', 0 < y' k & free_energy T x y' < free_energy T x y].
