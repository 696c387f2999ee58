(* An even function is level at zero. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S15.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* To the left the quotients are those to the right, and the derivative is linear in the direction. *)
Theorem prp_even_slope : S15.prp_even_slope.
Proof.
move=> R g even /derivable1_diffP dg.
have mirror : 'D_(-1) g 0 = 'D_1 g 0.
  rewrite /derive.
  have -> // : (fun h : R => h^-1 *: ((g \o shift 0) (h *: (-1 : R)) - g 0)) =
      (fun h : R => h^-1 *: ((g \o shift 0) (h *: (1 : R)) - g 0)).
  by apply/funext => h /=; rewrite !addr0 scalerN even.
have : 'D_1 g 0 = - 'D_1 g 0 by rewrite -{1}mirror !deriveE // linearN.
by move/eqP; rewrite -subr_eq0 opprK -mulr2n mulrn_eq0 => /eqP.
Qed.
