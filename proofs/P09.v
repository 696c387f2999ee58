(* Finite directed graphs, acyclic and not. *)
From mathcomp Require Import all_ssreflect.
From Book Require Import Compat S09.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Section Graphs.
Variables (V : finType) (edge : rel V).
Notation acyclic := (acyclic edge).
Notation topological_order := (topological_order edge).
Notation walk_to := (walk_to edge).

Lemma walk_cat p q u v w : walk_to p u v -> walk_to q v w -> walk_to (p ++ q) u w.
Proof.
by rewrite /S09.walk_to cat_path last_cat => /andP[-> /eqP ->] /andP[-> ->].
Qed.

(* Along a walk the positions in the list grow. *)
Lemma order_acyclic s : topological_order s -> acyclic.
Proof.
case=> _ _ fwd x p p0; apply/negP => /andP[xp /eqP lx].
have mono a q : path edge a q -> index a s + size q <= index (last a q) s.
  elim: q a => [|b q IH] a /=; first by rewrite addn0.
  by case/andP=> /fwd ab /IH; apply: leq_trans; rewrite addnS -addSn leq_add2r.
have := mono _ _ xp; rewrite lx -{2}[index x s]addn0 leq_add2l leqn0.
by rewrite size_eq0 (negbTE p0).
Qed.

(* No vertex occurs twice on a walk of a DAG, so that walks are short. *)
Lemma walk_uniq u p : acyclic -> path edge u p -> uniq (u :: p).
Proof.
move=> acyc; elim: p u => // v p IH u /= /andP[uv vp].
rewrite -[X in _ && X]/(uniq (v :: p)) IH // andbT; apply/negP => up.
have [q [r E]] : exists q r, v :: p = rcons q u ++ r.
  by case/splitPr: up => q r; exists q, r; rewrite cat_rcons.
have uvp : path edge u (v :: p) by rewrite /= uv.
move: uvp; rewrite E cat_path => /andP[uq _].
have := acyc u (rcons q u); rewrite /S09.walk_to uq last_rcons eqxx.
by case: q {E uq} => [|? ?] /(_ isT).
Qed.

Lemma walk_short u p : acyclic -> path edge u p -> size p < #|V|.
Proof.
move=> acyc /(walk_uniq acyc)/card_uniqP E.
by rewrite -[_ < _]/(size (u :: p) <= #|V|) -E max_card.
Qed.

(* Vertices by decreasing number of those that a walk reaches. *)
Lemma acyclic_order : acyclic -> exists s, topological_order s.
Proof.
move=> acyc; pose reach x := #|connect edge x|.
have drop x y : edge x y -> reach y < reach x.
  move=> xy; apply: proper_card; apply/properP; split.
    by apply/subsetP => z; apply: connect_trans; apply: connect1.
  exists x; first exact: connect0.
  apply/negP => /connectP[p yp xE].
  have := acyc x (y :: p) isT; by rewrite /S09.walk_to /= xy yp -xE eqxx.
pose ge x y := reach y <= reach x.
have ge_tr : transitive ge by move=> y x z /= yx zy; apply: leq_trans zy yx.
have ge_tot : total ge by move=> x y; apply: leq_total.
have mem x : x \in sort ge (enum V) by rewrite mem_sort mem_enum.
exists (sort ge (enum V)); split => //; first by rewrite sort_uniq enum_uniq.
move=> x y /drop yx; rewrite ltnNge; apply/negP => le.
have := sorted_leq_index ge_tr (fun z => leqnn _) (sort_sorted ge_tot _) y x (mem y) (mem x) le.
by rewrite /ge leqNgt yx.
Qed.
End Graphs.

Theorem lem_dag_has_source : S09.lem_dag_has_source.
Proof.
move=> V edge V0 /acyclic_order[s [us sV fwd]].
case: s us sV fwd => [|v s] us sV fwd; first by case/card_gt0P: V0 => x _; have := sV x.
exists v => u; apply/negP => /fwd; by rewrite /= eqxx.
Qed.

Theorem lem_subgraph_of_dag : S09.lem_subgraph_of_dag.
Proof.
move=> V edge W keep sub acyc x p p0; apply/negP => /andP[xp /eqP lx].
apply: (negP (acyc (sval x) (map sval p) _)); first by case: p p0 {xp lx}.
rewrite /walk_to last_map lx eqxx andbT path_map.
by apply: sub_path xp => a b; apply: sub.
Qed.

Theorem thm_dag_has_order : S09.thm_dag_has_order.
Proof. exact: acyclic_order. Qed.

Theorem thm_order_implies_dag : S09.thm_order_implies_dag.
Proof. by move=> V edge [s]; apply: order_acyclic. Qed.

Section Longest.
Variables (V : finType) (edge : rel V).
Hypothesis acyc : acyclic edge.
Implicit Types (u v : V).

(* Some walk of length k ends in v. *)
Definition ends_walk (k : nat) v := [exists u, exists p : k.-tuple V, walk_to edge p u v].

Lemma ends_walkP k v : reflect (exists p u, walk_to edge p u v /\ size p = k) (ends_walk k v).
Proof.
apply: (iffP existsP) => [[u /existsP[p up]]|[p [u [up sp]]]].
  by exists p, u; rewrite size_tuple.
by exists u; apply/existsP; exists (tcast sp (in_tuple p)); rewrite val_tcast.
Qed.

Definition longest_length v : nat := \max_(k < #|V| | ends_walk k v) k.

Lemma longest_lengthP v : longest edge v (longest_length v).
Proof.
have V0 : 0 < #|V| by apply/card_gt0P; exists v.
have e0 : ends_walk (Ordinal V0) v.
  by apply/ends_walkP; exists [::], v; rewrite /walk_to /= eqxx.
split.
  have [k kv E] : {k : 'I_#|V| | ends_walk k v & longest_length v = k}.
    by rewrite /longest_length; apply: (@eq_bigmax_cond _ (fun k : 'I_#|V| => ends_walk k v));
      apply/card_gt0P; exists (Ordinal V0).
  by rewrite E; apply/ends_walkP.
move=> p u up; have /andP[pe _] := up; have lt := walk_short acyc pe.
apply: (@leq_bigmax_cond _ (fun k : 'I_#|V| => ends_walk k v) _ (Ordinal lt)).
by apply/ends_walkP; exists p, u.
Qed.

Lemma longest_length_edge u v : edge u v -> longest_length u < longest_length v.
Proof.
move=> uv; have [[p [w [wp <-]]] _] := longest_lengthP u.
have [_ /(_ (rcons p v) w)] := longest_lengthP v; rewrite size_rcons; apply.
rewrite /walk_to rcons_path last_rcons eqxx andbT.
by move: wp => /andP[-> /eqP ->].
Qed.
End Longest.

Theorem prp_generations : S09.prp_generations.
Proof.
move=> V edge acyc; exists (longest_length edge); have P := longest_lengthP acyc.
split=> [v|v|u v|k v kv].
- exact: P.
- by have [[p [u [/andP[up _] <-]]] _] := P v; apply: walk_short up.
- exact: longest_length_edge.
- split=> [low|vk u uv]; last by rewrite -vk; apply: longest_length_edge.
  apply/eqP; rewrite eqn_leq kv andbT leqNgt; apply/negP => lt.
  have [[p [w [wp sp]]] _] := P v.
  case/lastP: p wp sp => [|p u] wp sp; first by rewrite -sp in lt.
  move: wp; rewrite /walk_to rcons_path last_rcons => /andP[/andP[wp uv] /eqP uE].
  have := low (last w p); rewrite -uE => /(_ uv).
  have [_ /(_ p w)] := P (last w p); rewrite /walk_to wp eqxx => /(_ isT) le.
  by rewrite ltnNge (leq_trans _ le) // -ltnS -(size_rcons p u) sp.
Qed.
