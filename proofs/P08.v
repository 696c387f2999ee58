(* Stochastic gradient descent on two targets: expectations are finite averages. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Book Require Import Compat S08.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Expectation.
Variable R : realFieldType.
Implicit Types (w eta : R) (xi : bool) (h : seq bool -> R).
Notation E := (@E R).

Lemma E0 h : E 0 h = h [::].
Proof.
by rewrite /S08.E expr0 divr1 (big_pred1 [tuple]) // => t; rewrite (tuple0 t); apply/esym/eqP.
Qed.

(* The first sample is true or false. *)
Lemma ES T h : E T.+1 h = (E T (fun s => h (true :: s)) + E T (fun s => h (false :: s))) / 2.
Proof.
rewrite /S08.E (reindex (fun x : bool * T.-tuple bool => [tuple of x.1 :: x.2])) /=; last first.
  exists (fun t => (thead t, [tuple of behead t])) => [[e p] _|t _] /=.
    by congr pair; apply: val_inj.
  by apply: val_inj; case/tupleP: t.
rewrite -(pair_bigA _ (fun b (s : T.-tuple bool) => h (b :: s))) big_bool /= exprS.
have : (2 : R) ^+ T != 0 by rewrite expf_neq0 // pnatr_eq0.
by move: (\sum_s _) (\sum_s _) ((2 : R) ^+ T) => a c d d0; field.
Qed.

Lemma eq_E T h h' : h =1 h' -> E T h = E T h'.
Proof. by move=> hE; rewrite /S08.E; congr (_ / _); apply: eq_bigr => s _. Qed.

(* A process whose expected error times a from one sample to the next is geometric. *)
Lemma geometric (move : R -> bool -> R) (value : R -> R) (a : R) :
  (forall w, (value (move w true) + value (move w false)) / 2 = a * value w) ->
  forall T w, E T (fun xis => value (foldl move w xis)) = a ^+ T * value w.
Proof.
move=> once; elim=> [|T IH] w; first by rewrite E0 expr0 mul1r.
by rewrite ES /= !IH -mulrDr -mulrA once exprS mulrCA mulrA.
Qed.
End Expectation.

Section Descent.
Variable R : realFieldType.
Implicit Types (w eta : R) (xi : bool).

Lemma lossE w : loss w = (w - 1 / 2) ^+ 2 + 9 / 4.
Proof. by rewrite /loss; field. Qed.

Lemma rise eta w c : loss (w - eta * c) - loss w = eta * c * (eta * c - 2 * (w - 1 / 2)).
Proof. by rewrite !lossE; field. Qed.
End Descent.

Theorem prp_sgd_raises : S08.prp_sgd_raises.
Proof.
move=> R eta w eta0; split=> [/andP[w1 w2]|->].
  have [wh|wh] := lerP w (1 / 2); [right|left]; rewrite -subr_gt0 /step /= rise.
    have c0 : 0 < eta * (w - -1) by rewrite mulr_gt0 // subr_gt0.
    by rewrite mulr_gt0 // subr_gt0 (le_lt_trans _ c0) // pmulr_rle0 ?ltr0n // subr_le0.
  have c0 : eta * (w - 2) < 0 by rewrite pmulr_rlt0 // subr_lt0.
  by rewrite nmulr_rgt0 // subr_lt0 (lt_trans c0) // pmulr_rgt0 ?ltr0n // subr_gt0.
have e2 : 0 < 9 / 4 * eta ^+ 2 :> R by rewrite !mulr_gt0 ?invr_gt0 ?ltr0n ?exprn_gt0.
split; rewrite -subr_gt0 /step /= rise.
  by have -> : eta * (1 / 2 - 2) * (eta * (1 / 2 - 2) - 2 * (1 / 2 - 1 / 2)) = 9 / 4 * eta ^+ 2
    by field.
by have -> : eta * (1 / 2 - -1) * (eta * (1 / 2 - -1) - 2 * (1 / 2 - 1 / 2)) = 9 / 4 * eta ^+ 2
  by field.
Qed.

Theorem thm_sgd_law : S08.thm_sgd_law.
Proof.
move=> R eta w T /andP[eta0 eta2] mean square limit.
have e2 : 2 - eta != 0 by rewrite subr_eq0 gt_eqF.
have meanE T' : mean T' = (1 - eta) ^+ T' * (w - 1 / 2).
  apply: (@geometric R (step eta) (fun w => w - 1 / 2)) => v.
  by rewrite /step /=; field.
have squareE T' : square T' - limit = (1 - eta) ^+ (2 * T') * ((w - 1 / 2) ^+ 2 - limit).
  have G := @geometric R (step eta) (fun w => (w - 1 / 2) ^+ 2 - limit) ((1 - eta) ^+ 2).
  rewrite exprM -G => [|v]; last by rewrite /limit /step /=; field.
  rewrite /square /E sumrB mulrBl sumr_const card_tuple card_bool; congr (_ - _).
  by rewrite -[limit *+ _]mulr_natr natrX mulfK // expf_neq0 // pnatr_eq0.
split=> //; first by rewrite !meanE exprS mulrA.
apply: (addIr (- limit)); rewrite squareE mulnS exprD -mulrA -squareE.
by rewrite /limit; move: (square T) => s; field.
Qed.

Theorem prp_sgd_expected_descent : S08.prp_sgd_expected_descent.
Proof.
move=> R eta w eta0.
have E : (loss (step eta w true) + loss (step eta w false)) / 2 - loss w =
    eta * (9 / 4 * eta - (2 - eta) * (w - 1 / 2) ^+ 2) by rewrite !lossE /step /=; field.
rewrite -subr_lt0 E pmulr_rlt0 // subr_lt0.
have n0 : 0 < 9 / 4 * eta by rewrite !mulr_gt0 ?invr_gt0 ?ltr0n.
have s0 : 0 <= (w - 1 / 2) ^+ 2 by rewrite sqr_ge0.
have [lt|ge] := ltrP eta 2; last first.
  split=> [|[]//]; rewrite ltNge (le_trans _ (ltW n0)) //.
  by rewrite mulr_le0_ge0 // subr_le0.
have p0 : 0 < 2 - eta by rewrite subr_gt0.
have -> : 9 * eta / (4 * (2 - eta)) = 9 / 4 * eta / (2 - eta) by field; rewrite lt0r_neq0.
by rewrite ltr_pdivrMr // [(2 - eta) * _]mulrC; split=> [|[]].
Qed.

Section Harmonic.
Variable R : realFieldType.

(* The weight of the past is its number of samples. *)
Lemma harmonic_runE t (w : R) (xis : seq bool) : (0 < t)%N ->
  harmonic_run t w xis = ((t.-1)%:R * w + \sum_(xi <- xis) target R xi) / (t.-1 + size xis)%:R
  \/ (t.-1 + size xis = 0)%N.
Proof.
case: t => // t _; elim: xis t w => [|xi xis IH] t w /=.
  rewrite addn0; case: t => [|t]; [by right|left].
  by rewrite big_nil addr0 mulrC mulKf // pnatr_eq0.
left; have [E|] := IH t.+1 (step t.+1%:R^-1 w xi); last by rewrite addSn.
rewrite E /= addnS addSn big_cons; congr (_ / _); rewrite addrA; congr (_ + _).
have t0 : t.+1%:R != 0 :> R by rewrite pnatr_eq0.
rewrite /step mulrBr mulrA mulfV // mul1r; move: t0; rewrite mulrSr => t0.
by ring.
Qed.
End Harmonic.

Theorem prp_sgd_averaging : S08.prp_sgd_averaging.
Proof.
move=> R w t t0.
have mean (xis : t.-tuple bool) : harmonic_run 1 w xis = (\sum_(xi <- xis) target R xi) / t%:R.
  have [->|] := harmonic_runE w xis (isT : 0 < 1)%N; last first.
    by move: t0; rewrite size_tuple lt0n => /negP t0 /eqP.
  by rewrite size_tuple mul0r add0r.
split=> //; have t0' : t%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
have -> : E t (fun xis => (harmonic_run 1 w xis - 1 / 2) ^+ 2) =
    E t (fun xis => (\sum_(xi <- xis) (target R xi - 1 / 2)) ^+ 2) / t%:R ^+ 2.
  rewrite /E [RHS]mulrAC [X in _ = X / _]mulr_suml; congr (_ / _); apply: eq_bigr => xis _.
  rewrite mean sumrB big_const_seq count_predT size_tuple iter_addr_0 -exprVn -exprMn.
  by congr (_ ^+ 2); rewrite mulrBl -[1 / 2 *+ t]mulr_natr mulfK.
suff -> : E t (fun xis => (\sum_(xi <- xis) (target R xi - 1 / 2)) ^+ 2) = 9 / 4 * t%:R by field.
have -> : E t (fun xis => (\sum_(xi <- xis) (target R xi - 1 / 2)) ^+ 2) =
    E t (fun xis => (0 + \sum_(xi <- xis) (target R xi - 1 / 2)) ^+ 2).
  by apply: eq_E => xis; rewrite add0r.
suff H n (c : R) : E n (fun xis => (c + \sum_(xi <- xis) (target R xi - 1 / 2)) ^+ 2) =
    c ^+ 2 + 9 / 4 * n%:R by rewrite H expr0n add0r.
elim: n c => [|n IH] c; first by rewrite E0 big_nil addr0 mulr0 addr0.
rewrite ES; have cons b : E n (fun s => (c + \sum_(xi <- b :: s) (target R xi - 1 / 2)) ^+ 2) =
    (c + (target R b - 1 / 2)) ^+ 2 + 9 / 4 * n%:R.
  by rewrite -IH; apply: eq_E => s; rewrite big_cons addrA.
by rewrite !cons /= [n.+1%:R]mulrSr; move: n%:R => m; field.
Qed.

Theorem prp_sgd_reshuffled : S08.prp_sgd_reshuffled.
Proof.
move=> R eta w T /andP[eta0 eta2] sign limit; split=> [[]|]; rewrite ?/pass ?/step /sign /=.
- by field.
- by field.
have q1 : 1 - (1 - eta) ^+ 4 != 0.
  have -> : 1 - (1 - eta) ^+ 4 = eta * (2 - eta) * (1 + (1 - eta) ^+ 2) by ring.
  by rewrite !mulf_neq0 ?gt_eqF ?subr_gt0 // ltr_wpDr ?sqr_ge0 ?ltr01.
have G := @geometric R (pass eta) (fun w => (w - 1 / 2) ^+ 2 - limit) ((1 - eta) ^+ 4).
rewrite exprM -G => [|{}w]; last first.
  by rewrite /limit /pass /step /=; field; rewrite ?q1.
rewrite /E sumrB mulrBl sumr_const card_tuple card_bool; congr (_ - _).
by rewrite -[limit *+ _]mulr_natr natrX mulfK // expf_neq0 // pnatr_eq0.
Qed.
