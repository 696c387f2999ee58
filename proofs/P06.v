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
have toI (U : zmodType) (h : nat -> U) : \sum_(1 <= t < T.+1) h t = \sum_(i < T) h i.+1.
  by rewrite big_add1 big_mkord.
have avg : f (T%:R^-1 *: \sum_(1 <= t < T.+1) w t) <= T%:R^-1 * \sum_(1 <= t < T.+1) f (w t).
  rewrite !toI scaler_sumr mulr_sumr.
  have [//|x y t _ _|//|i||_ //] := @jensen R _ (fun=> True) f T (fun i => w i.+1) (fun=> T%:R^-1).
  - exact: cf.
  - by rewrite invr_ge0 ltW.
  - by rewrite sumr_const card_ord -[LHS]mulr_natl divff // lt0r_neq0.
apply: (@le_trans _ _ (T%:R^-1 * \sum_(1 <= t < T.+1) dot (w t - ws) (grad (w t)))).
  have -> : f ws = T%:R^-1 * \sum_(1 <= t < T.+1) f ws.
    by rewrite sumr_const_nat subn1 /= -[X in _ * X]mulr_natl mulrA mulVf ?mul1r ?lt0r_neq0.
  apply: le_trans (lerB avg (lexx _)) _; rewrite -mulrBr -sumrB.
  by rewrite ler_wpM2l ?invr_ge0 ?(ltW T0') // ler_sum // => t _; apply: tangent_below.
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

Theorem thm_regret : S06.thm_regret.
Proof.
move=> R d T eta w v ws eta0 w1 wS; split; first exact: regret_identity.
by move=> eta1; apply: regret_bound.
Qed.

Theorem thm_descent_rate : S06.thm_descent_rate.
Proof.
move=> R n T f B rho eta w ws T0 B0 r0 df wS cf w1 etaE wsB gr.
exact: (@descent_rate R n f T B rho eta).
Qed.
