(* The gradient is orthogonal to the level set. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S00 S02 P02 S03 P03 S01.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* The derivative along the curve is 0, and by the chain rule it is the scalar product. *)
Theorem thm_gradient_orthogonal : S01.thm_gradient_orthogonal.
Proof.
move=> R n f r x0 t0 <- df dr level.
have dw : differentiable r t0 by apply/derivable1_diffP.
have dc : differentiable (f \o r) t0 by apply: differentiable_comp.
have zero : 'D_1 (f \o r) t0 = 0.
  apply: local_min_derive; first exact: diff_derivable.
  by apply: filterS level => t /= ->.
have chain : 'D_1 (f \o r) t0 = 'd f (r t0) ('d r t0 1) by rewrite deriveE // diff_comp.
by rewrite -zero -derive_grad // chain deriveE // [in LHS]deriveE.
Qed.
