(* A computation has the same values in every order; naive recursion repeats itself. *)
From mathcomp Require Import all_ssreflect.
From Book Require Import Compat S09 P09 S10.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Section Evaluation.
Variables (V : finType) (X : Type) (operands : V -> seq V) (op : V -> seq X -> X).
Notation evaluation := (evaluation operands op).
Notation evaluate := (evaluate operands op).

Lemma evaluate_out s e v : v \notin s -> evaluate s e v = e v.
Proof.
elim: s e => //= u s IH e; rewrite inE negb_or => /andP[vu vs].
by rewrite IH // /give (negbTE vu).
Qed.

(* Once given, the values of the first part of the list satisfy their equations. *)
Lemma evaluateP s e : topological_order (feeds operands) s -> evaluation (evaluate s e).
Proof.
move=> [us sV fwd] v; have [s1 [s2 sE]] : exists s1 s2, s = s1 ++ v :: s2.
  by have /splitPr[s1 s2] := sV v; exists s1, s2.
move: us; rewrite sE cat_uniq /= => /and3P[_ /norP[vs1 s12] /andP[vs2 _]].
have early u : u \in operands v -> u \notin v :: s2.
  move=> /fwd; rewrite sE !index_cat /= eqxx (negbTE vs1) addn0.
  case: ifP => [u1 _|_]; last by rewrite ltnNge leq_addr.
  rewrite inE negb_or; apply/andP; split; first by apply: contraNneq vs1 => <-.
  by apply: contraNN s12 => u2; apply/hasP; exists u.
have -> : evaluate (s1 ++ v :: s2) e = evaluate s2 (give operands op (evaluate s1 e) v).
  exact: foldl_cat.
rewrite evaluate_out // {1}/give eqxx; congr op.
apply/eq_in_map => u /early; rewrite inE negb_or => /andP[uv us2].
by rewrite [RHS]evaluate_out // /give (negbTE uv).
Qed.

Lemma evaluation_unique s e1 e2 : topological_order (feeds operands) s ->
  evaluation e1 -> evaluation e2 -> e1 =1 e2.
Proof.
move=> [us sV fwd] E1 E2 v; have [n] := ubnP (index v s); elim: n v => // n IH v vn.
rewrite E1 E2; congr op; apply/eq_in_map => u uv; apply: IH.
by apply: leq_trans (fwd u v uv) _.
Qed.

(* After a list that can be evaluated, exactly its vertices have values. *)
Lemma try_evaluate_rcons s v : try_evaluate operands op (rcons s v) =
  try_give operands op (try_evaluate operands op s) v.
Proof. exact: foldl_rcons. Qed.

Lemma all_valuesP (vals : seq (option X)) : isSome (all_values vals) = all isSome vals.
Proof. by rewrite /all_values; case: ifP. Qed.

Lemma have_values s have_ : try_evaluate operands op s = Some have_ ->
  forall v, isSome (have_ v) = (v \in s).
Proof.
elim/last_ind: s have_ => [|s v IH] have_; first by case=> <-.
rewrite try_evaluate_rcons /try_give; case: try_evaluate IH => // have' IH.
case E: all_values => [xs|] // [<-] u; rewrite mem_rcons inE.
by case: eqP => //= _; apply: IH.
Qed.

Lemma evaluableE s : isSome (try_evaluate operands op s) <->
  forall s1 v s2, s = rcons s1 v ++ s2 -> {subset operands v <= s1}.
Proof.
elim/last_ind: s => [|s v IH]; first by split=> // _ [|? ?].
rewrite try_evaluate_rcons /try_give; split.
  case E: try_evaluate => [have_|] //; have known := have_values E.
  case A: all_values => [xs|] // _ s1 w s2.
  have {}A : all isSome (map have_ (operands v)) by rewrite -all_valuesP A.
  case/lastP: s2 => [|s2 u]; rewrite ?cats0.
    move/rcons_inj => [<- <-] u uv; rewrite -known.
    by move: A; rewrite all_map => /allP/(_ _ uv).
  rewrite -rcons_cat => /rcons_inj[sE _]; move: sE.
  by move: s1 w s2; apply/IH; rewrite E.
move=> sub; have : isSome (try_evaluate operands op s).
  apply/IH => s1 w s2 sE; apply: (sub _ _ (rcons s2 v)).
  by rewrite sE rcons_cat.
case E: try_evaluate => [have_|] // _; have known := have_values E.
have : isSome (all_values (map have_ (operands v))).
  rewrite all_valuesP all_map; apply/allP => u uv /=; rewrite known.
  by apply: (sub s v [::]) uv; rewrite cats0.
by case: all_values.
Qed.
End Evaluation.

Theorem prp_evaluable : S10.prp_evaluable.
Proof.
move=> V X operands op s once.
have us : uniq s by rewrite (perm_uniq once) enum_uniq.
have sV x : x \in s by rewrite (perm_mem once) mem_enum.
have before s1 v s2 u : s = rcons s1 v ++ s2 -> (u \in s1) = (index u s < index v s).
  move=> sE; move: us; rewrite sE cat_rcons cat_uniq /= => /and3P[_ /norP[vs1 _] _].
  rewrite !index_cat /= eqxx (negbTE vs1) addn0.
  by case: ifP => [u1|_]; [rewrite index_mem|rewrite ltnNge leq_addr].
split=> [/evaluableE sub|[_ _ fwd]].
  split=> // x y xy.
  have [s1 [s2 sE]] : exists s1 s2, s = rcons s1 y ++ s2.
    by have /splitPr[s1 s2] := sV y; exists s1, s2; rewrite cat_rcons.
  by rewrite -(before _ _ _ _ sE); apply: sub sE _ xy.
apply/evaluableE => s1 v s2 sE u uv.
by rewrite (before _ _ _ _ sE); apply: fwd.
Qed.

Theorem thm_evaluation_order : S10.thm_evaluation_order.
Proof.
move=> V X operands op start acyc; split; first exact: acyclic_order.
move=> s so; have E := evaluateP op start so; split=> // e Ee.
exact: (evaluation_unique so Ee E).
Qed.

Section Recursion.
Variables (V : finType) (operands : V -> seq V).
Notation visits := (visits operands).
Notation walks := (walks operands).
Notation ends := (ends operands).

Lemma visitsE depth r v : ends depth r -> visits depth r v = \sum_(k < depth) walks k v r.
Proof.
elim: depth r => // d IH r /= /allP up; rewrite big_ord_recl /= eq_sym; congr addn.
rewrite exchange_big /=; apply: eq_big_seq => u ur; exact: IH (up _ ur).
Qed.

(* A walk of k edges in the lists is one of k edges in the graph. *)
Lemma walks_edges k v r : walks k v r != 0 ->
  exists p, walk_to (feeds operands) p v r /\ size p = k.
Proof.
elim: k v r => [|k IH] v r /=.
  by rewrite eqb0 negbK => /eqP ->; exists [::]; rewrite /walk_to /= eqxx.
case: (boolP (has (fun u => walks k v u != 0) (operands r))) => [|/hasPn none]; last first.
  by rewrite big_seq big1 ?eqxx // => u /none /negPn/eqP.
case/hasP=> u ur /IH[p [wp sp]] _.
exists (rcons p r); rewrite size_rcons sp; split=> //.
move: wp; rewrite /walk_to rcons_path last_rcons eqxx andbT => /andP[-> /eqP ->].
by rewrite /feeds ur.
Qed.

(* Where the recursion ends, no walk is longer. *)
Lemma ends_walks d r v k : ends d r -> d <= k -> walks k v r = 0.
Proof.
elim: d r k => // d IH r [|k] //= /allP up dk.
by rewrite big_seq big1 // => u ur; apply: IH dk; apply: up.
Qed.

Lemma endsP d r : (forall p u, walk_to (feeds operands) p u r -> size p < d) -> ends d r.
Proof.
elim: d r => [|d IH] r short; first by have := short [::] r; rewrite /walk_to /= eqxx => /(_ isT).
apply/allP => u ur; apply: IH => p w wp.
have := short (rcons p r) w; rewrite size_rcons; apply.
move: wp; rewrite /walk_to rcons_path last_rcons eqxx andbT => /andP[-> /eqP ->].
by rewrite /feeds ur.
Qed.
End Recursion.

Theorem prp_recursion_walks : S10.prp_recursion_walks.
Proof.
move=> V operands r v acyc.
have short p u : walk_to (feeds operands) p u r -> size p < #|V|.
  by case/andP => wp _; apply: walk_short wp.
have long k : #|V| <= k -> walks operands k v r = 0.
  move=> le; apply/eqP; apply: contraTT le => /walks_edges[p [/short wp <-]].
  by rewrite -ltnNge.
split=> [||depth en]; [exact: endsP|exact: long|].
rewrite (visitsE _ en).
rewrite -!(big_mkord xpredT (fun k => walks operands k v r)).
have cut m n : m <= n -> (forall k, m <= k -> walks operands k v r = 0) ->
    \sum_(0 <= k < m) walks operands k v r = \sum_(0 <= k < n) walks operands k v r.
  move=> mn zero; rewrite [RHS](@big_cat_nat _ _ _ m) //= [X in _ = _ + X]big_nat_cond.
  rewrite [X in _ = _ + X]big1 ?addn0 //.
  by move=> k /andP[/andP[mk _] _]; apply: zero.
case: (leqP depth #|V|) => [le|/ltnW le]; last exact/esym/cut.
by apply: cut le _ => k; apply: ends_walks.
Qed.

Theorem cor_squarings : S10.cor_squarings.
Proof.
move=> N; pose at_ i : 'I_N.+1 := inord i.
have ops0 : squarings (at_ 0) = [::] by rewrite /squarings inordK.
have opsS i : i < N -> squarings (at_ i.+1) = [:: at_ i; at_ i].
  by move=> iN; rewrite /squarings inordK.
have -> : ord_max = at_ N by apply: val_inj; rewrite /= inordK.
suff H i d : i <= N -> i < d -> ends (@squarings N) d (at_ i) /\
    \sum_v visits (@squarings N) d (at_ i) v = 2 ^ i.+1 - 1 by apply: H.
have one (j : 'I_N.+1) : \sum_v (j == v) = 1.
  by rewrite (bigD1 j) //= eqxx big1 // => v vj; rewrite eq_sym (negbTE vj).
elim: i d => [|i IH] [|d] // iN id; rewrite /=.
  rewrite ops0; split=> //; under eq_bigr => v _ do rewrite big_nil addn0.
  by rewrite one.
have [ed sd] := IH d (ltnW iN) id; rewrite opsS //= ed; split=> //.
under eq_bigr => v _ do rewrite !big_cons big_nil addn0.
rewrite !big_split /= one sd [2 ^ i.+2]expnS.
have : 0 < 2 ^ i.+1 by rewrite expn_gt0.
case: (2 ^ i.+1) => // m _.
by rewrite mul2n doubleS !subn1 /= -addnn add1n.
Qed.
