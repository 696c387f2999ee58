(* Reverse mode: after the backward sweep every adjoint is the sum over paths. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S00 S02 S03 P03 S13.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Sweep.
(* A finite directed multigraph: parallel edges are different elements of E. *)
Variables (R : comRingType) (V E : finType) (tail head : E -> V) (lam : E -> R).
Implicit Types (p : seq E) (v w r : V) (a : V -> R) (s : seq V).

Notation walk := (walk tail head).
Notation walk_sum := (walk_sum tail head lam).
Notation path_sum := (path_sum tail head lam).
Notation topological_order := (topological_order tail head).

(* into v lists the edges into v, in any order. *)
Variable into : V -> seq E.
Hypothesis intoE : forall v, perm_eq (into v) (enum [pred e | head e == v]).

Notation pass_back := (pass_back tail lam into).
Notation sweep := (sweep tail lam into).

Lemma walk_sum0 v r : walk_sum 0 v r = (v == r)%:R.
Proof.
rewrite /S13.walk_sum; case: (v =P r) => [vr|/eqP/negbTE vr].
  rewrite (big_pred1 [tuple]) ?big_nil // => p; rewrite (tuple0 p) /= eqxx.
  by apply/eqP.
by rewrite big_pred0 // => p; rewrite (tuple0 p) /= vr.
Qed.

(* Split off the first edge. *)
Lemma walk_sumS k v r :
  walk_sum k.+1 v r = \sum_(e | tail e == v) walk_sum k (head e) r * lam e.
Proof.
rewrite /S13.walk_sum (reindex (fun x : E * k.-tuple E => [tuple of x.1 :: x.2])) /=; last first.
  exists (fun t => (thead t, [tuple of behead t])) => [[e p] _|t _] /=.
    by congr pair; apply: val_inj.
  by apply: val_inj; case/tupleP: t.
under [RHS]eq_bigr => e _ do rewrite mulr_suml.
rewrite [RHS]pair_big_dep /=.
by apply: eq_bigr => -[e p] _; rewrite big_cons mulrC.
Qed.

Lemma walk_index s p v r : topological_order s -> walk p v r ->
  (index v s + size p <= index r s)%N.
Proof.
case=> _ _ fwd; elim: p v => [|e q IH] v /=; first by move/eqP->; rewrite addn0.
by case/andP=> /eqP<- /IH; apply: leq_trans; rewrite addnS -addSn leq_add2r.
Qed.

Lemma no_long_walk s p v r : topological_order s -> walk p v r -> (size p < #|V|)%N.
Proof.
move=> so /(walk_index so) le; case: so => us sV _.
have <- : size s = #|V|.
  by rewrite cardE; apply/eqP; rewrite -uniq_size_uniq ?enum_uniq // => w; rewrite mem_enum sV.
by apply: leq_ltn_trans (leq_addl _ _) (leq_ltn_trans le _); rewrite index_mem.
Qed.

Lemma path_sumE s v r : topological_order s ->
  path_sum v r = (v == r)%:R + \sum_(e | tail e == v) path_sum (head e) r * lam e.
Proof.
move=> so; have -> : path_sum v r = \sum_(k < #|V|.+1) walk_sum k v r.
  rewrite big_ord_recr /= [X in _ + X]big_pred0 ?addr0 // => p.
  by apply/negP => /(no_long_walk so); rewrite size_tuple ltnn.
rewrite big_ord_recl /= walk_sum0; congr (_ + _).
under eq_bigr => k _ do rewrite walk_sumS.
by rewrite exchange_big; apply: eq_bigr => e _; rewrite -mulr_suml.
Qed.

Lemma pass_backE a v w : (forall e, head e = v -> tail e != v) ->
  pass_back a v w = a w + \sum_(e | (tail e == w) && (head e == v)) a v * lam e.
Proof.
move=> noloop; have -> : \sum_(e | (tail e == w) && (head e == v)) a v * lam e =
    \sum_(e <- into v | tail e == w) a v * lam e.
  rewrite (perm_big _ (intoE v)) /= big_enum_cond /=.
  by apply: eq_bigl => e; rewrite andbC.
have : {in into v, forall e, tail e != v}.
  by move=> e; rewrite (perm_mem (intoE v)) mem_enum => /eqP /noloop.
rewrite /S13.pass_back; elim: (into v) a => [|e l IH] a nl /=; first by rewrite big_nil addr0.
have ev : (v == tail e) = false by rewrite eq_sym; apply/negbTE/nl/mem_head.
rewrite IH => [|f fl]; last by apply: nl; rewrite inE fl orbT.
rewrite big_cons {2}/add_to ev /add_to eq_sym.
by case: ifP => // _; rewrite addrA.
Qed.

Theorem adjoint_path_sum s r v : topological_order s -> sweep s r v = path_sum v r.
Proof.
move=> so; have [us sV fwd] := so.
suff H s1 s2 : s = s1 ++ s2 -> forall w, foldl pass_back (fun w => (w == r)%:R) (rev s2) w =
    (w == r)%:R + \sum_(e | (tail e == w) && (head e \in s2)) path_sum (head e) r * lam e.
  rewrite /S13.sweep (H [::]) // (path_sumE _ _ so); congr (_ + _).
  by apply: eq_bigl => e; rewrite sV andbT.
elim: s2 s1 => [|u s2 IH] s1 sE w.
  by rewrite /= big_pred0 ?addr0 // => e; rewrite in_nil andbF.
have {}IH := IH (rcons s1 u); rewrite cat_rcons in IH; have {}IH := IH sE.
rewrite rev_cons foldl_rcons pass_backE => [|e eu]; last first.
  by apply/eqP => et; have := fwd e; rewrite eu et ltnn.
have later e : tail e = u -> head e \in s2.
  move=> eu; have := fwd e; have := sV (head e); move: us.
  rewrite sE eu cat_uniq /= => /and3P[_ us1 /andP[us2 _]].
  rewrite mem_cat inE !index_cat /= eqxx addn0.
  have /negbTE -> : u \notin s1 by apply: contra us1 => u1; rewrite u1.
  case: ifP => [h1 _|_ /= /orP[/eqP->|//]]; last by rewrite eqxx addn0 ltnn.
  by move=> lt; have := index_mem (head e) s1; rewrite h1 ltnNge (ltnW (leq_ltn_trans (leq_addr 0 _) _)) // addn0.
have -> : foldl pass_back (fun w => (w == r)%:R) (rev s2) u = path_sum u r.
  rewrite IH (path_sumE _ _ so); congr (_ + _); apply: eq_bigl => e.
  by case: eqP => //= /later ->.
have us2 : u \notin s2 by move: us; rewrite sE cat_uniq /= => /and3P[_ _ /andP[]].
rewrite IH -addrA; congr (_ + _).
rewrite [RHS](bigID (fun e => head e == u)) /= addrC; congr (_ + _).
  apply: eq_big => [e|e /andP[_ /eqP-> //]].
  by rewrite inE -andbA; congr (_ && _); case: eqP; rewrite ?andbF.
apply: eq_bigl => e; rewrite inE -andbA; congr (_ && _).
by case: eqP => [->|_] /=; rewrite ?andbT // (negbTE us2).
Qed.
End Sweep.

Theorem thm_adjoint_path_sum : S13.thm_adjoint_path_sum.
Proof.
move=> R V E tail head lam into s r v intoE so.
by split=> [p|]; [apply: no_long_walk so|apply: adjoint_path_sum].
Qed.

(* The derivative of a function after a linear map. *)
Lemma derive_linear (R : realType) (U V : normedModType R) (A : U -> V) (l : V -> R) (a v : U) :
  (forall (h : R) x y, A (h *: x + y) = h *: A x + A y) ->
  (derivable l (A a) (A v) -> derivable (fun y => l (A y)) a v) /\
  'D_v (fun y => l (A y)) a = 'D_(A v) l (A a).
Proof.
move=> lin; rewrite /derive /derivable.
have -> : (fun h : R => h^-1 *: (((fun y => l (A y)) \o shift a) (h *: v) - l (A a))) =
    (fun h : R => h^-1 *: ((l \o shift (A a)) (h *: A v) - l (A a))); last by [].
by apply/funext => h /=; rewrite lin.
Qed.

Theorem prp_linear_layer : S13.prp_linear_layer.
Proof.
move=> R m n W x l dl g of_input of_weights.
have input v : (derivable l (x *m W^T) (v *m W^T) -> derivable of_input x v) /\
    'D_v of_input x = 'D_(v *m W^T) l (x *m W^T).
  by apply: (@derive_linear R _ _ (fun y => y *m W^T)) => h u w; rewrite mulmxDl scalemxAl.
have weights V : (derivable l (x *m W^T) (x *m V^T) -> derivable of_weights W V) /\
    'D_V of_weights W = 'D_(x *m V^T) l (x *m W^T).
  apply: (@derive_linear R _ _ (fun V : 'M[R]_(m.+1, n.+1) => x *m V^T)) => h u w.
  by rewrite linearP /= mulmxDr scalemxAr.
split=> [j||i j|].
- by apply: (input _).1; apply: diff_derivable.
- apply/rowP => j; rewrite !mxE /partial (input _).2 derive_grad // /dot.
  by apply: eq_bigr => i _; rewrite -rowE !mxE.
- by apply: (weights _).1; apply: diff_derivable.
apply/matrixP => i j; rewrite !mxE big_ord1 mxE (weights _).2 derive_grad // /dot.
rewrite (bigD1 i) //= big1 ?addr0 => [|k ki].
  rewrite [X in _ * X]mxE (bigD1 j) //= big1 ?addr0 => [|k kj].
    by rewrite !mxE !eqxx mulr1 -/g.
  by rewrite !mxE (negbTE kj) andbF mulr0.
rewrite [X in _ * X]mxE big1 ?mulr0 // => k' _.
by rewrite !mxE (negbTE ki) mulr0.
Qed.
