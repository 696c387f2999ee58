From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

(* 'D_1 g 0 is g'(0). *)
Definition prp_even_slope : Prop :=
  forall (R : realType) (g : R -> R),
  (* even *) (forall x, g (- x) = g x) ->
  (* differentiable *) derivable g 0 1 ->
  'D_1 g 0 = 0.
