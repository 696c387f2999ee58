(* Kinks that interleave with the points make a triangular system. *)
From mathcomp Require Import all_ssreflect all_algebra.
From Book Require Import Compat S25.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem prp_interleaved_kinks : S25.prp_interleaved_kinks.
Proof.
move=> R n z b below above M.
have rise : forall d (i j : 'I_n), j = (i + d.+1)%N :> nat -> z 0 i <= b 0 j.
  elim=> [|d IH] i j ij; first by apply: above; rewrite ij addn1.
  have kn : (i + d.+1 < n)%N by apply: leq_ltn_trans (ltn_ord j); rewrite ij leq_add2l.
  apply: le_trans (IH i (Ordinal kn) erefl) _.
  apply: le_trans (ltW (below _)) _; apply: above.
  by rewrite ij /= -addnS.
have low (i j : 'I_n) : (i < j)%N -> M i j = 0.
  move=> ij; rewrite mxE; apply/max_idPr; rewrite subr_le0.
  by apply: (rise (j - i.+1)%N); rewrite addnS -addSn subnKC.
have diag i : M i i = z 0 i - b 0 i.
  by rewrite mxE; apply/max_idPl; rewrite subr_ge0 ltW.
have detM : \det M = \prod_i (z 0 i - b 0 i).
  rewrite det_trig; last by apply/is_trig_mxP => i j /low.
  by apply: eq_bigr => i _.
have pos : 0 < \det M by rewrite detM; apply: prodr_gt0 => i _; rewrite subr_gt0.
have unit : M \in unitmx by rewrite unitmxE unitfE; apply: lt0r_neq0.
split=> // y; exists (invmx M *m y); split; first by rewrite mulmxA mulmxV // mul1mx.
by move=> w <-; rewrite mulmxA mulVmx // mul1mx.
Qed.
