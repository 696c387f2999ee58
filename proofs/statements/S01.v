From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import S00 S02.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* 'D_1 r t0 is the velocity of the curve r at t0. *)
Definition thm_gradient_orthogonal : Prop :=
  forall (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R) (r : R -> 'rV[R]_n.+1)
    (x0 : 'rV[R]_n.+1) (t0 : R),
  r t0 = x0 ->
  (* differentiable *) differentiable f x0 ->
  (* curve *) derivable r t0 1 ->
  (* level *) (\forall t \near t0, f (r t) = f x0) ->
  dot (grad f x0) ('D_1 r t0) = 0.
