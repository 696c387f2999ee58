(* Softmax and the divergence of two distributions. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import topology normedtype derive realfun reals sequences exp.
From Book Require Import Compat S04.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Logarithm.
Variable R : realType.

Lemma ln_expR (x : R) : ln (expR x) = x.
Proof. by apply: expR_inj; rewrite lnK // posrE expR_gt0. Qed.

(* The mean value theorem between x and 1. *)
Lemma ln_lt_sub1 (x : R) : 0 < x -> x != 1 -> ln x < x - 1.
Proof.
have mvt (a b : R) : 0 < a -> a < b ->
    exists2 c, c \in `]a, b[ & ln b - ln a = c^-1 * (b - a).
  move=> a0 ab; apply: (@MVT R (@ln R) (fun t => t^-1)) => // [t|].
    by rewrite in_itv /= => /andP[a_t _]; apply: is_derive1_ln; apply: lt_trans a_t.
  apply: continuous_subspace_itv => t; rewrite in_itv /= => /andP[a_t _].
  by apply: continuous_ln; apply: lt_le_trans a_t.
move=> x0; case: (ltrgtP x 1) => // x1 _.
- have [c] := mvt x 1 x0 x1; rewrite in_itv /= ln1 sub0r => /andP[xc c1] E.
  by rewrite -ltrN2 opprB E ltr_pMl ?subr_gt0 // invf_gt1 // (lt_trans x0).
- have [c] := mvt 1 x ltr01 x1; rewrite in_itv /= ln1 subr0 => /andP[c1 _] ->.
  by rewrite gtr_pMl ?subr_gt0 // invf_lt1 // (lt_trans ltr01).
Qed.
End Logarithm.

Section Gibbs.
Variables (R : realType) (X : finType).
Implicit Types p q z : X -> R.

(* Each term of the divergence is at least p - q. *)
Lemma KL_term (p q : R) : 0 <= p -> 0 < q -> p - q <= p * ln p - p * ln q ?= iff (p == q).
Proof.
move=> p0 q0; have [->|pN] := eqVneq p q; first by apply/leifP; rewrite !subrr.
apply/leifP.
have [pz|pz] := eqVneq p 0; first by rewrite pz !mul0r subrr sub0r oppr_lt0.
have pp : 0 < p by rewrite lt_def pz.
have qp : 0 < q / p by rewrite divr_gt0.
have ne : q / p != 1 by apply: contraNneq pN => E; rewrite -[q](divfK pz) E mul1r.
have -> : p * ln p - p * ln q = - (p * ln (q / p)) by rewrite ln_div ?posrE //; ring.
rewrite -ltrN2 opprK opprB.
have -> : q - p = p * (q / p - 1) by field.
by rewrite ltr_pM2l // ln_lt_sub1.
Qed.

Theorem gibbs p q : distribution p -> distribution q -> (forall x, 0 < q x) ->
  0 <= KL p q ?= iff [forall x, p x == q x].
Proof.
move=> [p0 p1] [q0 q1] q_gt0.
have -> : KL p q = \sum_x (p x * ln (p x) - p x * ln (q x)).
  by rewrite /KL /cross_entropy /entropy sumrB opprK addrC.
have pq : \sum_(x | predT x) (p x - q x) = 0.
  by rewrite -[LHS]/(\sum_x (p x - q x)) sumrB p1 q1 subrr.
have := @leif_sum R X predT (fun x => p x == q x) (fun x => p x - q x)
  (fun x => p x * ln (p x) - p x * ln (q x)) (fun x _ => KL_term (p0 x) (q_gt0 x)).
by rewrite pq.
Qed.
End Gibbs.

Section Softmax.
Variables (R : realType) (X : finType) (x0 : X).
Implicit Types p q z : X -> R.

Lemma partition_gt0 z : 0 < \sum_y expR (z y).
Proof.
rewrite (bigD1 x0) //= ltr_wpDr ?expR_gt0 //.
by apply: sumr_ge0 => x _; rewrite ltW ?expR_gt0.
Qed.

Lemma softmax_gt0 z x : 0 < softmax z x.
Proof. by rewrite divr_gt0 ?expR_gt0 ?partition_gt0. Qed.

Lemma softmax_distribution z : distribution (softmax z).
Proof.
split=> [x|]; first by rewrite ltW ?softmax_gt0.
by rewrite -mulr_suml divff // lt0r_neq0 ?partition_gt0.
Qed.

Lemma ln_softmax z x : ln (softmax z x) = z x - lse z.
Proof. by rewrite ln_div ?posrE ?expR_gt0 ?partition_gt0 // ln_expR. Qed.
End Softmax.

Theorem lem_gibbs : S04.lem_gibbs.
Proof. exact: gibbs. Qed.

Section Jacobian.
Variables (R : realFieldType) (n : nat) (s : 'cV[R]_n).
Hypothesis s1 : \sum_i s i 0 = 1.
Implicit Types v : 'cV[R]_n.
Notation J := (jacobian s).

Lemma jacobian_mul v i : (J *m v) i 0 = s i 0 * (v i 0 - mean s v).
Proof.
rewrite mxE /mean mulrBr mulr_sumr.
under eq_bigr => j _ do rewrite mxE mulrBr mulrBl.
rewrite sumrB; congr (_ - _); last by apply: eq_bigr => j _; rewrite mulrA.
rewrite (bigD1 i) //= eqxx mulr1 big1 ?addr0 // => j ji.
by rewrite eq_sym (negbTE ji) mulr0 mul0r.
Qed.

Lemma jacobian_form v : (v^T *m J *m v) 0 0 = variance s v.
Proof.
have -> : variance s v = \sum_i v i 0 * (s i 0 * (v i 0 - mean s v)).
  rewrite /variance; set m := mean s v.
  have z : \sum_i m * (s i 0 * (v i 0 - m)) = 0.
    rewrite -mulr_sumr; under eq_bigr => i _ do rewrite mulrBr.
    by rewrite sumrB -mulr_suml s1 mul1r -/(mean s v) subrr mulr0.
  rewrite -[LHS]addr0 -[X in _ + X = _]z -big_split /=; apply: eq_bigr => i _.
  by move: (s i 0) (v i 0) => a b; ring.
rewrite -mulmxA mxE; apply: eq_bigr => i _.
by rewrite -jacobian_mul mxE.
Qed.
End Jacobian.

Theorem thm_softmax_jacobian : S04.thm_softmax_jacobian.
Proof.
move=> R n s s0 s1 J; split.
- apply/matrixP => i j; rewrite !mxE big_ord1 !mxE mulrBr.
  by [].
- apply/matrixP => i j; rewrite !mxE.
  have [->|ij] := eqVneq i j; first by rewrite ?eqxx.
  by rewrite ?[j == i]eq_sym ?(negbTE ij) !sub0r !mulrN mulrC.
- exact: jacobian_form.
- by move=> v; apply: sumr_ge0 => i _; rewrite mulr_ge0 ?sqr_ge0 // ltW.
move=> v; split=> [Jv i j|equal].
  have E k : v k 0 = mean s v.
    have := jacobian_mul s v k; rewrite Jv mxE => /esym/eqP.
    by rewrite mulf_eq0 gt_eqF //= subr_eq0 => /eqP.
  by rewrite !E.
apply/matrixP => i j; rewrite (ord1 j) jacobian_mul // mxE.
have -> : mean s v = v i 0; last by rewrite subrr mulr0.
by rewrite /mean; under eq_bigr => k _ do rewrite (equal k i); rewrite -mulr_suml s1 mul1r.
Qed.

Section LogSumExp.
Variables (R : realType) (X : finType) (x0 : X).
Implicit Types (p y z : X -> R).

(* Gibbs' inequality for the softmax. *)
Lemma gibbs_lse p z : distribution p ->
  \sum_x p x * z x + entropy p <= lse z ?= iff [forall x, p x == softmax z x].
Proof.
move=> Dp; have [_ p1] := Dp.
have [KL0 KLE] := gibbs Dp (softmax_distribution x0 z) (softmax_gt0 x0 z).
have E : KL p (softmax z) = lse z - (\sum_x p x * z x + entropy p).
  rewrite /KL /cross_entropy -[lse z]mul1r -p1 mulr_suml.
  have -> : \sum_x p x * ln (softmax z x) = \sum_x p x * z x - \sum_x p x * lse z.
    by rewrite -sumrB; apply: eq_bigr => x _; rewrite (ln_softmax x0) mulrBr.
  by rewrite opprB opprD addrA.
by split; [rewrite -subr_ge0 -E|rewrite -KLE E [RHS]eq_sym subr_eq0 eq_sym].
Qed.

Lemma lse_attained z : \sum_x softmax z x * z x + entropy (softmax z) = lse z.
Proof. by apply/eqP; rewrite (gibbs_lse z (softmax_distribution x0 z)); apply/forallP. Qed.
End LogSumExp.

Theorem prp_softmax_injective : S04.prp_softmax_injective.
Proof.
move=> R X /card_gt0P[x0 _]; split=> [y z|p [p0 p1] pp].
  split=> [E i j|equal x].
    have D k : y k - z k = lse y - lse z.
      have := congr1 (@ln R) (E k); rewrite !(ln_softmax x0) => F.
      by rewrite -[y k](subrK (lse y)) F; ring.
    by rewrite !D.
  have yE k : y k = z k + (y x0 - z x0) by rewrite -(equal k x0) addrCA subrr addr0.
  rewrite /softmax yE expRD.
  have -> : \sum_k expR (y k) = (\sum_k expR (z k)) * expR (y x0 - z x0).
    by rewrite mulr_suml; apply: eq_bigr => k _; rewrite -expRD -yE.
  have := partition_gt0 x0 z; have := expR_gt0 (y x0 - z x0).
  move: (expR (y x0 - z x0)) (\sum_k expR (z k)) => c s c0 s0; field.
  by rewrite !lt0r_neq0.
exists (fun i => ln (p i)) => i; rewrite /softmax.
have E j : expR (ln (p j)) = p j by rewrite lnK // posrE.
by rewrite (eq_bigr p) ?p1 ?divr1 ?E.
Qed.

Theorem prp_log_sum_exp : S04.prp_log_sum_exp.
Proof.
move=> R X /[dup] X0 /card_gt0P[x0 _]; split=> [y z t /andP[t0 t1]|z i|z M zM].
- set m := fun i => _; rewrite -(lse_attained x0 m).
  have [D1 _] := gibbs_lse x0 y (softmax_distribution x0 m).
  have [D2 _] := gibbs_lse x0 z (softmax_distribution x0 m).
  apply: (@le_trans _ _ ((1 - t) * (\sum_x softmax m x * y x + entropy (softmax m)) +
                         t * (\sum_x softmax m x * z x + entropy (softmax m)))); last first.
    by apply: lerD; apply: ler_wpM2l => //; rewrite subr_ge0.
  rewrite le_eqVlt; apply/orP; left; apply/eqP.
  have -> : \sum_x softmax m x * m x =
      (1 - t) * (\sum_x softmax m x * y x) + t * (\sum_x softmax m x * z x).
    by rewrite !mulr_sumr -big_split /=; apply: eq_bigr => x _; rewrite /m; ring.
  by move: (\sum_x _) (\sum_x _) (entropy _) => a b c; ring.
- rewrite -[z i]ln_expR ler_ln ?posrE ?expR_gt0 ?(partition_gt0 x0) //.
  rewrite (bigD1 i) //= lerDl; apply: sumr_ge0 => k _.
  by rewrite ltW ?expR_gt0.
- have n0 : 0 < #|X|%:R :> R by rewrite ltr0n.
  rewrite -[M]ln_expR -lnM ?posrE ?expR_gt0 // ler_ln ?posrE ?(partition_gt0 x0) ?mulr_gt0 ?expR_gt0 //.
  rewrite mulr_natr -sumr_const; apply: ler_sum => k _; rewrite ler_expR.
  exact: zM.
Qed.
