(* Convex sets and functions. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S00 S02 P02 S03.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Jensen.
Variables (R : realFieldType) (V : lmodType R) (C : V -> Prop) (g : V -> R).

Theorem jensen (m : nat) (x : 'I_m -> V) (l : 'I_m -> R) :
  convex_set C -> convex_on C g -> (forall i, C (x i)) ->
  (forall i, 0 <= l i) -> \sum_i l i = 1 ->
  C (\sum_i l i *: x i) /\ g (\sum_i l i *: x i) <= \sum_i l i * g (x i).
Proof.
move=> Cc gc; elim: m x l => [|m IH] x l Cx l0 l1.
  by move: l1; rewrite big_ord0 => /eqP; rewrite eq_sym oner_eq0.
move: l1; rewrite !big_ord_recr /=.
set y := x ord_max; set t := l ord_max; set s := \sum_(i < m) _ => st.
have sE : s = 1 - t by rewrite -st addrK.
have s0 : 0 <= s by apply: sumr_ge0 => i _; apply: l0.
have t01 : 0 <= t <= 1 by rewrite l0 -subr_ge0 -sE.
have [sz|sz] := eqVneq s 0.
  have lz i : l (widen_ord (leqnSn m) i) = 0.
    apply/eqP; move/eqP: sz; rewrite psumr_eq0 // => /allP/(_ i).
    by rewrite mem_index_enum => /(_ isT).
  rewrite !big1 => [|i _|i _]; rewrite ?lz ?scale0r ?mul0r //.
  have -> : t = 1 by rewrite -st sz add0r.
  by rewrite !add0r scale1r mul1r; split; [apply: Cx|apply: lexx].
have := IH (fun i => x (widen_ord (leqnSn m) i)) (fun i => l (widen_ord (leqnSn m) i) / s).
case=> [//|i||Cz gz]; first by rewrite divr_ge0.
  by rewrite -mulr_suml divff.
have zE : \sum_(i < m) l (widen_ord (leqnSn m) i) *: x (widen_ord (leqnSn m) i) =
    (1 - t) *: \sum_(i < m) (l (widen_ord (leqnSn m) i) / s) *: x (widen_ord (leqnSn m) i).
  rewrite scaler_sumr -sE; apply: eq_bigr => i _.
  by rewrite scalerA mulrCA divff // mulr1.
rewrite zE; split; first exact: Cc Cz (Cx _) _ t01.
apply: le_trans (gc _ _ Cz (Cx _) (Cc _ _ Cz (Cx _)) _ t01) _; rewrite lerD2r.
rewrite -sE; apply: le_trans (ler_wpM2l s0 gz) _.
by rewrite mulr_sumr ler_sum // => i _; rewrite mulrA mulrCA divff // mulr1.
Qed.
End Jensen.

Section Points.
Variables (R : realFieldType) (V : lmodType R).
Implicit Types (x y : V) (t : R).

(* A point of a segment, seen from its first end. *)
Lemma segmentE x y t : (1 - t) *: x + t *: y = t *: (y - x) + x.
Proof. by rewrite scalerBr scalerBl scale1r -addrA [RHS]addrC [- _ + _]addrC. Qed.
End Points.

Theorem prp_convex_operations : S03.prp_convex_operations.
Proof.
move=> R V C g h a b gc hc a0 b0; split=> x y Cx Cy xy t t01.
  apply: (@le_trans _ _ (a * ((1 - t) * g x + t * g y) + b * ((1 - t) * h x + t * h y))).
    by apply: lerD; apply: ler_wpM2l => //; [apply: gc|apply: hc].
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
have [t0 t1] := andP t01; have s0 : 0 <= 1 - t by rewrite subr_ge0.
rewrite ge_max; apply/andP; split.
  apply: le_trans (gc _ _ Cx Cy xy _ t01) _.
  by apply: lerD; apply: ler_wpM2l => //; rewrite le_max lexx.
apply: le_trans (hc _ _ Cx Cy xy _ t01) _.
by apply: lerD; apply: ler_wpM2l => //; rewrite le_max lexx orbT.
Qed.

Theorem prp_convex_affine : S03.prp_convex_affine.
Proof.
move=> R d m C g A c Cc gc.
have E (u v : 'cV[R]_m) (t : R) : A *m ((1 - t) *: u + t *: v) + c =
    (1 - t) *: (A *m u + c) + t *: (A *m v + c).
  rewrite mulmxDr -!scalemxAr !scalerDr addrACA; congr (_ + _).
  by rewrite -scalerDl subrK scale1r.
split=> [u v Cu Cv t t01|u v Cu Cv uv t t01]; rewrite E; first exact: Cc.
exact: gc _ _ Cu Cv (Cc _ _ Cu Cv) _ t01.
Qed.

Theorem prp_convex_composition : S03.prp_convex_composition.
Proof.
move=> R V C J g phi Jc gJ gc pc mono x y Cx Cy xy t t01.
have Jm := Jc _ _ (gJ _ Cx) (gJ _ Cy) _ t01.
have := gc _ _ Cx Cy xy _ t01; rewrite le_eqVlt => /orP[/eqP E|lt].
  by rewrite E; apply: pc (gJ _ Cx) (gJ _ Cy) (Jc _ _ (gJ _ Cx) (gJ _ Cy)) _ t01.
apply: le_trans (mono _ _ (gJ _ (xy _ t01)) Jm lt) _.
exact: pc (gJ _ Cx) (gJ _ Cy) (Jc _ _ (gJ _ Cx) (gJ _ Cy)) _ t01.
Qed.

Theorem thm_convex_local_global : S03.thm_convex_local_global.
Proof.
move=> R d C g ws Cws Cc gc [e e0 loc]; split=> // y Cy.
set S := sqnorm (y - ws); have S0 : 0 <= S.
  by apply: sumr_ge0 => i _; rewrite -expr2 sqr_ge0.
have e20 : 0 < e ^+ 2 by rewrite exprn_gt0.
have eS : 0 < e ^+ 2 + S by rewrite ltr_wpDr.
pose t := e ^+ 2 / (e ^+ 2 + S); have t0 : 0 < t by rewrite divr_gt0.
have t1 : t <= 1 by rewrite ler_pdivrMr // mul1r lerDl.
have t01 : 0 <= t <= 1 by rewrite ltW.
have tS : t * S < e ^+ 2.
  by rewrite mulrAC ltr_pdivrMr // ltr_pM2l // -subr_gt0 addrK.
have near : sqnorm ((1 - t) *: ws + t *: y - ws) < e ^+ 2.
  rewrite segmentE addrK.
  have -> : sqnorm (t *: (y - ws)) = t * (t * S).
    by rewrite /sqnorm /dot !mulr_sumr; apply: eq_bigr => i _; rewrite !mxE; ring.
  by apply: le_lt_trans tS; rewrite ler_piMl // mulr_ge0 // ltW.
have := le_trans (loc _ (Cc _ _ Cws Cy _ t01) near) (gc _ _ Cws Cy (Cc _ _ Cws Cy) _ t01).
rewrite -subr_ge0; have -> : (1 - t) * g ws + t * g y - g ws = t * (g y - g ws) by ring.
by rewrite pmulr_rge0 // subr_ge0.
Qed.

Theorem thm_strictly_convex_minimiser : S03.thm_strictly_convex_minimiser.
Proof.
move=> R V C g Cc gs a b [Ca ma] [Cb mb]; have [//|/eqP ab] := eqVneq a b.
have half : 0 < (1 / 2 : R) < 1.
  by rewrite mul1r invr_gt0 ltr0n invf_lt1 ?ltr0n // ltr1n.
have half' : 0 <= (1 / 2 : R) <= 1 by case/andP: half => /ltW -> /ltW ->.
have := gs _ _ Ca Cb (Cc _ _ Ca Cb) ab _ half.
have -> : g b = g a by apply/eqP; rewrite eq_le ma // mb.
rewrite -mulrDl subrK [X in _ < X]mul1r => lt.
by have := ma _ (Cc _ _ Ca Cb _ half'); rewrite leNgt lt.
Qed.

Section Tangents.
Variables (R : realType) (n : nat) (C : set 'rV[R]_n.+1) (g : 'rV[R]_n.+1 -> R).
Implicit Types (x y v : 'rV[R]_n.+1).

Lemma dotC x y : dot x y = dot y x.
Proof. by apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma dotZl (t : R) x y : dot (t *: x) y = t * dot x y.
Proof. by rewrite /dot mulr_sumr; apply: eq_bigr => i _; rewrite mxE mulrA. Qed.

Lemma dotBl x y v : dot (x - y) v = dot x v - dot y v.
Proof. by rewrite /dot -sumrB; apply: eq_bigr => i _; rewrite !mxE mulrBl. Qed.

Lemma derive_grad x v : differentiable g x -> 'D_v g x = dot (grad g x) v.
Proof.
move=> dg; rewrite deriveE //; transitivity ('d g x (\sum_i v 0 i *: delta_mx 0 i) : R).
  by rewrite -row_sum_delta.
rewrite linear_sum dotC; apply: eq_bigr => i _.
by rewrite linearZ /= -deriveE // mxE.
Qed.

(* A difference quotient of a convex function is at most the whole difference. *)
Lemma above_tangent x y : C x -> C y -> segment_in C x y -> differentiable g x ->
  convex_on C g -> g x + dot (grad g x) (y - x) <= g y.
Proof.
move=> Cx Cy xy dg gc; rewrite addrC -lerBrDr -derive_grad //.
have df : derivable g x (y - x) by apply: diff_derivable.
have rF := at_right_proper_filter (0 : R); apply: (lim_le_right df); near=> h.
have h0 : 0 < h by near: h; apply: nbhs_right_gt.
have h1 : h < 1 by near: h; apply: nbhs_right_lt; exact: ltr01.
have h01 : 0 <= h <= 1 by rewrite !ltW.
rewrite /= -[_ *: _]/(h^-1 * (g (h *: (y - x) + x) - g x)) ler_pdivrMl //.
rewrite -segmentE lerBlDr (le_trans (gc _ _ Cx Cy xy _ h01)) //.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Unshelve. all: by end_near. Qed.
End Tangents.

Theorem thm_first_order_condition : S03.thm_first_order_condition.
Proof.
move=> R n C g x /interior_subset Cx dg Cc gc y Cy.
exact: above_tangent Cx Cy (Cc _ _ Cx Cy) dg gc.
Qed.

Theorem thm_convex_critical_point : S03.thm_convex_critical_point.
Proof.
move=> R n C g ws Cws dg Cc gc g0; split=> [|x Cx]; first exact: interior_subset Cws.
have := thm_first_order_condition Cws dg Cc gc Cx.
by rewrite /dot big1 ?addr0 // => i _; rewrite mxE g0 mul0r.
Qed.

Theorem thm_first_order_characterisation : S03.thm_first_order_characterisation.
Proof.
move=> R n C g _ dg Cc.
have tangent : convex_on C g -> forall x y, C x -> C y ->
    g x + dot (grad g x) (y - x) <= g y.
  by move=> gc x y Cx Cy; apply: above_tangent Cx Cy (Cc _ _ Cx Cy) (dg _ Cx) gc.
(* The tangent at a point of the segment, taken at both ends. *)
have mix (x y : 'rV[R]_n.+1) (t : R) (z := (1 - t) *: x + t *: y) :
    (1 - t) * (g z + dot (grad g z) (x - z)) + t * (g z + dot (grad g z) (y - z)) = g z.
  have xz : x - z = (- t) *: (y - x).
    by rewrite /z segmentE opprD addrCA subrr addr0 scaleNr.
  have yz : y - z = (1 - t) *: (y - x).
    by rewrite /z segmentE scalerBl scale1r opprD addrCA addrC.
  by rewrite xz yz ![dot (grad g z) _]dotC !dotZl; ring.
split; split=> [gc|above].
- exact: tangent.
- move=> x y Cx Cy xy t t01; have Cz := xy _ t01; have [t0 t1] := andP t01.
  rewrite -{1}(mix x y t); apply: lerD; apply: ler_wpM2l => //; rewrite ?subr_ge0 //.
    exact: above.
  exact: above.
- move=> x y Cx Cy xy.
  have gc' : convex_on C g.
    move=> a b Ca Cb ab t /andP[]; rewrite le_eqVlt => /orP[/eqP <- _|t0].
      by rewrite subr0 !scale1r !scale0r !addr0 mul1r mul0r addr0.
    rewrite le_eqVlt => /orP[/eqP ->|t1].
      by rewrite subrr !scale1r !scale0r !add0r mul1r mul0r add0r.
    have [->|/eqP ne] := eqVneq a b.
      by rewrite -scalerDl -mulrDl subrK scale1r mul1r.
    by apply/ltW/gc => //; rewrite t0.
  pose m := (1 - 1 / 2 : R) *: x + (1 / 2 : R) *: y.
  have half : 0 < (1 / 2 : R) < 1.
    by rewrite mul1r invr_gt0 ltr0n invf_lt1 ?ltr0n // ltr1n.
  have Cm : C m by apply: Cc => //; case/andP: half => /ltW -> /ltW ->.
  have := le_lt_trans (tangent gc' x m Cx Cm) (gc _ _ Cx Cy (Cc _ _ Cx Cy) xy _ half).
  rewrite /m segmentE addrK dotC dotZl dotC -subr_gt0.
  have -> : (1 - 1 / 2) * g x + 1 / 2 * g y - (g x + 1 / 2 * dot (grad g x) (y - x)) =
     1 / 2 * (g y - (g x + dot (grad g x) (y - x))) by field.
  by rewrite pmulr_rgt0 ?subr_gt0 //; case/andP: half.
- move=> x y Cx Cy xy ne t t01; have [t0 t1] := andP t01.
  have t01' : 0 <= t <= 1 by rewrite !ltW.
  have Cz := xy _ t01'; set z := _ + _ in Cz *.
  have zx : z - x = t *: (y - x) by rewrite /z segmentE addrK.
  have yz : y - z = (1 - t) *: (y - x).
    by rewrite /z segmentE scalerBl scale1r opprD addrCA addrC.
  have yx : y - x != 0 by rewrite subr_eq0; apply/eqP => E; apply: ne.
  have zNx : z <> x.
    by move/eqP; rewrite -subr_eq0 zx scaler_eq0 (negbTE yx) gt_eqF.
  have zNy : z <> y.
    by move/esym/eqP; rewrite -subr_eq0 yz scaler_eq0 (negbTE yx) subr_eq0 gt_eqF.
  rewrite -{1}(mix x y t) -/z; apply: ltr_leD.
    by rewrite ltr_pM2l ?subr_gt0 //; apply: above.
  by rewrite ler_pM2l //; apply/ltW/above.
Qed.

Theorem thm_jensen : S03.thm_jensen.
Proof. by move=> R V C g m x l Cx Cc gc l0 l1; apply: jensen. Qed.
