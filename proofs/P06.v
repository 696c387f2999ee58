(* The regret identity and the rate of gradient descent. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S00 S02 S03 P03 S06.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Regret.
Variables (R : realFieldType) (d : nat).
Implicit Types (u x ws : 'rV[R]_d).

Lemma one_step (eta : R) u x ws : eta != 0 ->
  dot (u - ws) x =
  (sqnorm (u - ws) - sqnorm (u - eta *: x - ws)) / (2 * eta) + eta / 2 * sqnorm x.
Proof.
move=> eta0; rewrite /sqnorm /dot -sumrB mulr_suml mulr_sumr -big_split /=.
by apply: eq_bigr => i _; rewrite !mxE; move: (u 0 i) (x 0 i) (ws 0 i) => a b c; field.
Qed.

(* v_t is arbitrary (it may depend on the past, including on w_1 .. w_t). *)
Theorem regret_identity (T : nat) (eta : R) (w v : nat -> 'rV[R]_d) (ws : 'rV[R]_d) :
  eta != 0 -> w 1%N = 0 -> (forall t, (1 <= t <= T)%N -> w t.+1 = w t - eta *: v t) ->
  \sum_(1 <= t < T.+1) dot (w t - ws) (v t) =
    (sqnorm ws - sqnorm (w T.+1 - ws)) / (2 * eta)
    + eta / 2 * \sum_(1 <= t < T.+1) sqnorm (v t).
Proof.
move=> eta0 w1 wS; have sqN : sqnorm (- ws) = sqnorm ws.
  by apply: eq_bigr => i _; rewrite !mxE mulrNN.
rewrite mulr_sumr; elim: T wS => [|T IH] wS.
  by rewrite !big_geq // w1 sub0r sqN subrr mul0r addr0.
rewrite !(@big_nat_recr _ _ _ T.+1) //= IH => [|t /andP[t1 tT]]; last by rewrite wS // t1 ltnW.
rewrite (one_step _ _ _ eta0) -wS ?leqnn //.
move: (sqnorm ws) (sqnorm (w T.+1 - ws)) (sqnorm (w T.+2 - ws)) => a b c.
by move: (\sum_(1 <= i < T.+1) _) (sqnorm (v T.+1)) => e f; field.
Qed.

Lemma sqnorm_ge0 u : 0 <= sqnorm u.
Proof. by apply: sumr_ge0 => i _; rewrite -expr2 sqr_ge0. Qed.

Corollary regret_bound (T : nat) (eta : R) (w v : nat -> 'rV[R]_d) (ws : 'rV[R]_d) :
  0 < eta -> w 1%N = 0 -> (forall t, (1 <= t <= T)%N -> w t.+1 = w t - eta *: v t) ->
  \sum_(1 <= t < T.+1) dot (w t - ws) (v t) <=
    sqnorm ws / (2 * eta) + eta / 2 * \sum_(1 <= t < T.+1) sqnorm (v t).
Proof.
move=> eta0 w1 wS; rewrite (regret_identity ws _ w1 wS) ?lt0r_neq0 // lerD2r.
apply: ler_wpM2r; first by rewrite invr_ge0 mulr_ge0 ?ler0n ?ltW.
by rewrite lerBlDr lerDl sqnorm_ge0.
Qed.
End Regret.

Section Rate.
Variables (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R).
Implicit Types (w x y : 'rV[R]_n.+1).

Notation grad := (grad f).

Lemma tangent_below w x : convex_on (fun=> True) f -> differentiable f w ->
  f w - f x <= dot (w - x) (grad w).
Proof.
move=> cf df; have := @above_tangent R n setT f w x I I (fun _ _ => I) df cf.
by rewrite -subr_ge0 dotBl !(dotC _ (grad w)) => H; rewrite -subr_ge0; move: H;
  rewrite [dot (grad w) (x - w)]dotC dotBl !(dotC _ (grad w)); congr (0 <= _); ring.
Qed.

Lemma toI (T : nat) (U : zmodType) (h : nat -> U) :
  \sum_(1 <= t < T.+1) h t = \sum_(i < T) h i.+1.
Proof. by rewrite big_add1 big_mkord. Qed.

Theorem average_gap (T : nat) (w : nat -> 'rV[R]_n.+1) (ws : 'rV[R]_n.+1) :
  (forall x, differentiable f x) -> (0 < T)%N -> convex_on (fun=> True) f ->
  f (T%:R^-1 *: \sum_(1 <= t < T.+1) w t) - f ws <=
    T%:R^-1 * \sum_(1 <= t < T.+1) dot (w t - ws) (grad (w t)).
Proof.
move=> df T0 cf; have T0' : 0 < T%:R :> R by rewrite ltr0n.
have avg : f (T%:R^-1 *: \sum_(1 <= t < T.+1) w t) <= T%:R^-1 * \sum_(1 <= t < T.+1) f (w t).
  rewrite !toI scaler_sumr mulr_sumr.
  have [//|x y t _ _|//|i||_ //] :=
    @jensen R _ (fun=> True) f T (fun i => w i.+1) (fun=> T%:R^-1).
  - exact: cf.
  - by rewrite invr_ge0 ltW.
  - by rewrite sumr_const card_ord -[LHS]mulr_natl divff // lt0r_neq0.
have -> : f ws = T%:R^-1 * \sum_(1 <= t < T.+1) f ws.
  by rewrite sumr_const_nat subn1 /= -[X in _ * X]mulr_natl mulrA mulVf ?mul1r ?lt0r_neq0.
apply: le_trans (lerB avg (lexx _)) _; rewrite -mulrBr -sumrB.
by rewrite ler_wpM2l ?invr_ge0 ?(ltW T0') // ler_sum // => t _; apply: tangent_below.
Qed.

Theorem descent_rate (T : nat) (B rho eta : R) (w : nat -> 'rV[R]_n.+1) (ws : 'rV[R]_n.+1) :
  (0 < T)%N -> 0 < B -> 0 < rho -> (forall x, differentiable f x) -> convex_on (fun=> True) f -> w 1%N = 0 ->
  (forall t, (1 <= t < T)%N -> w t.+1 = w t - eta *: grad (w t)) ->
  eta = B / (rho * Num.sqrt T%:R) ->
  norm2 ws <= B -> (forall t, (1 <= t <= T)%N -> norm2 (grad (w t)) <= rho) ->
  f (T%:R^-1 *: \sum_(1 <= t < T.+1) w t) - f ws <= B * rho / Num.sqrt T%:R.
Proof.
move=> T0 B0 r0 df cf w1 wS etaE wsB gr.
have T0' : 0 < T%:R :> R by rewrite ltr0n.
have q0 : 0 < Num.sqrt T%:R :> R by rewrite sqrtr_gt0.
have TE : T%:R = Num.sqrt T%:R ^+ 2 :> R by rewrite sqr_sqrtr // ltW.
have eta0 : 0 < eta by rewrite etaE divr_gt0 // mulr_gt0.
have sq x b : norm2 x <= b -> sqnorm x <= b ^+ 2.
  move=> xb; rewrite -[sqnorm x]sqr_sqrtr ?sqnorm_ge0 // ler_pXn2r //.
    by rewrite nnegrE sqrtr_ge0.
  by rewrite nnegrE (le_trans (sqrtr_ge0 _) xb).
apply: le_trans (average_gap w ws df T0 cf) _.
have R1 : \sum_(1 <= t < T.+1) dot (w t - ws) (grad (w t)) <=
    sqnorm ws / (2 * eta) + eta / 2 * \sum_(1 <= t < T.+1) sqnorm (grad (w t)).
  pose u t := if (t <= T)%N then w t else w T - eta *: grad (w T).
  have uw t : (1 <= t < T.+1)%N -> u t = w t by rewrite /u => /andP[_]; rewrite ltnS => ->.
  rewrite (eq_big_nat _ _ (fun t tT => f_equal (fun x => dot (x - ws) _) (esym (uw t tT)))).
  apply: regret_bound => // [|t /andP[t1 tT]]; first by rewrite uw.
  rewrite /u tT; case: ltnP => [lt|le]; first by rewrite wS // t1.
  by have -> : t = T by apply/eqP; rewrite eqn_leq tT.
apply: le_trans (ler_wpM2l _ R1) _; first by rewrite invr_ge0 ltW.
apply: (@le_trans _ _ (T%:R^-1 * (B ^+ 2 / (2 * eta) + eta / 2 * (T%:R * rho ^+ 2)))).
  rewrite ler_wpM2l ?invr_ge0 ?(ltW T0') //; apply: lerD.
    by rewrite ler_wpM2r ?sq // invr_ge0 mulr_ge0 ?ler0n ?ltW.
  rewrite ler_wpM2l ?divr_ge0 ?ler0n ?(ltW eta0) //.
  apply: (@le_trans _ _ (\sum_(1 <= t < T.+1) rho ^+ 2)).
    by rewrite !toI ler_sum // => i _; apply/sq/gr; rewrite /= ltn_ord.
  by rewrite sumr_const_nat subn1 /= mulr_natl.
rewrite etaE le_eqVlt; apply/orP; left; apply/eqP.
move: q0 TE; move: (Num.sqrt _) => q q0 ->; field.
by rewrite !lt0r_neq0.
Qed.
End Rate.

Section CauchySchwarz.
Variables (R : realFieldType) (d : nat).
Implicit Types (u x : 'rV[R]_d).

Lemma sqnormZ (c : R) u : sqnorm (c *: u) = c ^+ 2 * sqnorm u.
Proof.
rewrite /sqnorm /dot mulr_sumr; apply: eq_bigr => i _; rewrite !mxE.
by move: (u 0 i) => a; ring.
Qed.

Lemma sqnorm_0 : sqnorm (0 : 'rV[R]_d) = 0.
Proof. by rewrite /sqnorm /dot big1 // => i _; rewrite mxE mul0r. Qed.

Lemma sqnorm0 u : sqnorm u = 0 -> u = 0.
Proof.
move/eqP; rewrite psumr_eq0 => [/allP z|i _]; last by rewrite -expr2 sqr_ge0.
apply/rowP => i; rewrite mxE; apply/eqP.
by have := z i; rewrite mem_index_enum -expr2 sqrf_eq0 => /(_ isT).
Qed.

Lemma cauchy_schwarz u x : dot u x ^+ 2 <= sqnorm u * sqnorm x.
Proof.
have [/sqnorm0 ->|x0] := eqVneq (sqnorm x) 0.
  have z : dot u 0 = 0 by rewrite /dot big1 // => i _; rewrite mxE mulr0.
  by rewrite z expr0n /sqnorm {2}/dot big1 ?mulr0 // => i _; rewrite mxE mulr0.
have xp : 0 < sqnorm x by rewrite lt_def x0 sqnorm_ge0.
have := sqnorm_ge0 (sqnorm x *: u - dot u x *: x).
have -> : sqnorm (sqnorm x *: u - dot u x *: x) =
    sqnorm x * (sqnorm u * sqnorm x - dot u x ^+ 2).
  have expand (a b : R) : sqnorm (a *: u - b *: x) =
      a ^+ 2 * sqnorm u - 2 * a * b * dot u x + b ^+ 2 * sqnorm x.
    rewrite /sqnorm /dot !mulr_sumr -sumrB -big_split /=.
    apply: eq_bigr => i _; rewrite !mxE.
    by move: (u 0 i) (x 0 i) => c e; ring.
  by rewrite expand; move: (sqnorm x) (dot u x) (sqnorm u) => a b c; ring.
by rewrite pmulr_rge0 // subr_ge0.
Qed.
End CauchySchwarz.

Lemma dot_le_norm2 (R : rcfType) (d : nat) (u x : 'rV[R]_d) : dot u x <= norm2 u * norm2 x.
Proof.
rewrite /norm2 -sqrtrM ?sqnorm_ge0 //; apply: le_trans (ler_norm _) _.
by rewrite -sqrtr_sqr; apply: ler_wsqrtr; apply: cauchy_schwarz.
Qed.

Theorem thm_proximal_step : S06.thm_proximal_step.
Proof.
move=> R d c lambda g wt l0 m next.
have mE w : m w = c - (2 * lambda)^-1 * sqnorm g + lambda / 2 * sqnorm (w - next).
  rewrite /m -!addrA; congr (_ + _).
  rewrite /sqnorm /dot !mulr_sumr -!big_split -sumrN -big_split /=; apply: eq_bigr => i _.
  by rewrite !mxE; move: (w 0 i) (wt 0 i) (g 0 i) => a b e; field; rewrite lt0r_neq0.
have nE : m next = c - (2 * lambda)^-1 * sqnorm g.
  by rewrite mE subrr sqnorm_0 mulr0 addr0.
split=> // w; rewrite nE mE; apply/leifP; case: eqP => [->|ne].
  by rewrite subrr sqnorm_0 mulr0 addr0.
rewrite -subr_gt0 [_ + lambda / 2 * _]addrC addrK; apply: mulr_gt0; first by rewrite divr_gt0 ?ltr0n.
rewrite lt_def sqnorm_ge0 andbT; apply: contra_notN ne => /eqP/sqnorm0/eqP.
by rewrite subr_eq0 => /eqP.
Qed.

Section Smooth.
Variables (R : realType) (n : nat) (f : 'rV[R]_n.+1 -> R).
Hypothesis df : forall x, differentiable f x.
Implicit Types (w u v : 'rV[R]_n.+1) (t L : R).

(* The value along a line, as a function of a number. *)
Lemma is_derive_line w v t :
  is_derive t 1 (fun s : R => f (w + s *: v)) (dot (grad f (w + t *: v)) v).
Proof.
have dl : is_derive t 1 (fun s : R => w + s *: v) v.
  have -> : (fun s : R => w + s *: v) = cst w + ( *:%R^~ v : R -> _) by [].
  have E : v = 0 + v by rewrite add0r.
  rewrite [X in is_derive _ _ _ X]E; apply: is_deriveD.
  have [scale_diff scaleE] := is_diff_scalel t v.
  split; first exact/derivable1_diffP.
  by rewrite deriveE // scaleE scale1r.
have [dd dE] := dl.
have dw : differentiable (fun s : R => w + s *: v) t by apply/derivable1_diffP.
have dc : differentiable (f \o (fun s : R => w + s *: v)) t by apply: differentiable_comp.
split; first exact: diff_derivable.
rewrite deriveE // diff_comp //= -derive_grad //= deriveE //.
by congr ('d f _ _); rewrite -deriveE.
Qed.
End Smooth.

Lemma norm2_ge0 (R : rcfType) (d : nat) (u : 'rV[R]_d) : 0 <= norm2 u.
Proof. exact: sqrtr_ge0. Qed.

Lemma sqr_norm2 (R : rcfType) (d : nat) (u : 'rV[R]_d) : norm2 u ^+ 2 = sqnorm u.
Proof. by rewrite sqr_sqrtr // sqnorm_ge0. Qed.

Lemma norm2Z (R : rcfType) (d : nat) (c : R) (u : 'rV[R]_d) : norm2 (c *: u) = `|c| * norm2 u.
Proof. by rewrite /norm2 sqnormZ sqrtrM ?sqr_ge0 // sqrtr_sqr. Qed.

(* The mean value theorem for what is left of the difference. *)
Theorem lem_quadratic_upper_bound : S06.lem_quadratic_upper_bound.
Proof.
move=> R n f w u L df L0 sm.
set v := u - w; set a := dot v (grad f w); set c := L / 2 * sqnorm v.
pose left_over : R -> R :=
  (fun s : R => f (w + s *: v)) - (a \*: (@id R^o)) - (c \*: ((@id R^o) ^+ 2)).
pose slope (t : R) : R := dot (grad f (w + t *: v)) v - a - L * t * sqnorm v.
have dl (t : R) : is_derive t 1 left_over (slope t).
  have line := is_derive_line df w v t; apply: is_derive_eq.
  by rewrite /slope /c /GRing.scale /= !mulr1 expr1; field.
have [|t] := @MVT R left_over slope 0 1 ltr01 (fun t _ => dl t).
  apply: continuous_subspaceT => t; apply: differentiable_continuous.
  by apply/derivable1_diffP; have [] := dl t.
rewrite in_itv /= subr0 mulr1 => /andP[t0 t1] E.
have : slope t <= 0.
  rewrite /slope /a [dot v _]dotC -dotBl subr_le0.
  apply: le_trans (dot_le_norm2 _ _) _.
  have t01 : 0 <= t <= 1 by rewrite !ltW.
  have := sm t t01; rewrite /= segmentE addrK [_ + w]addrC => smt.
  apply: le_trans (ler_wpM2r (norm2_ge0 v) smt) _.
  rewrite -sqr_norm2 norm2Z gtr0_norm // -/v le_eqVlt; apply/orP; left; apply/eqP.
  by move: (norm2 v) => N; ring.
have value s : left_over s = f (w + s *: v) - a * s - c * s ^+ 2 by [].
rewrite -E !value scale1r scale0r addr0 /v [w + _]addrC subrK => le.
rewrite -subr_le0; move: le; congr (_ <= 0).
by move: (f u) (f w) => fu fw; ring.
Qed.

Theorem prp_descent_any_step : S06.prp_descent_any_step.
Proof.
move=> R n f w eta L df L0 next sm; apply: le_trans (lem_quadratic_upper_bound df L0 sm) _.
have -> : next - w = - eta *: grad f w by rewrite /next addrAC subrr add0r scaleNr.
by rewrite sqnormZ dotZl -/(sqnorm _) le_eqVlt; apply/orP; left; apply/eqP; field.
Qed.

Theorem thm_descent_lemma : S06.thm_descent_lemma.
Proof.
move=> R n f wt lambda L df l0 L0 next sm Ll.
apply: le_trans (prp_descent_any_step df L0 sm) _; rewrite lerD2l lerN2.
apply: ler_wpM2r; first exact: sqnorm_ge0.
have -> : (2 * lambda)^-1 = lambda^-1 * (1 - 1 / 2) by field; rewrite lt0r_neq0.
rewrite ler_pM2l ?invr_gt0 // lerD2l lerN2 ler_pM2r ?invr_gt0 ?ltr0n //.
by rewrite mulrC ler_pdivrMr // mul1r.
Qed.

Theorem prp_descent_threshold : S06.prp_descent_threshold.
Proof.
move=> R n f w eta L df L0 next sm /andP[e0 e2] g0.
apply: le_lt_trans (prp_descent_any_step df (ltW L0) sm) _.
rewrite -subr_gt0 opprB addrCA subrr addr0 !mulr_gt0 //.
  by rewrite subr_gt0 ltr_pdivrMr ?ltr0n // mul1r -ltr_pdivlMr.
rewrite lt_def sqnorm_ge0 andbT; apply: contraNN g0 => /eqP/sqnorm0 ->.
exact: eqxx.
Qed.

Theorem thm_regret : S06.thm_regret.
Proof.
move=> R d T eta w v ws eta0 w1 wS; split; first exact: regret_identity.
by move=> eta1; apply: regret_bound.
Qed.

Theorem lem_average_gap : S06.lem_average_gap.
Proof. by move=> R n T f w ws df T0 cf; apply: average_gap. Qed.

Theorem thm_descent_rate : S06.thm_descent_rate.
Proof.
move=> R n T f B rho eta w ws T0 B0 r0 df wS cf w1 etaE wsB gr.
exact: (@descent_rate R n f T B rho eta).
Qed.
