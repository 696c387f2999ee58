From mathcomp Require Import all_ssreflect.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Section Graphs.
(* A finite directed graph, of which only "an edge leads from u to v" matters here. *)
Variables (V : finType) (edge : rel V).
(* A walk is its first vertex and the list p of the others; its length is that of p. *)
Definition walk_to (p : seq V) (u v : V) : bool := path edge u p && (last u p == v).
(* No walk of length 1 or more ends where it begins. *)
Definition acyclic : Prop := forall (x : V) (p : seq V), p != [::] -> ~~ walk_to p x x.
Definition source (v : V) : Prop := forall u, ~~ edge u v.
(* A list of all vertices, each once, in which every edge leads forward. *)
Definition topological_order (s : seq V) : Prop :=
  [/\ uniq s, forall x, x \in s & forall x y, edge x y -> index x s < index y s].
(* The walks to v of length k exist, and no longer ones. *)
Definition longest (v : V) (k : nat) : Prop :=
  (exists p u, walk_to p u v /\ size p = k) /\ forall p u, walk_to p u v -> size p <= k.
End Graphs.

Definition lem_dag_has_source : Prop := forall (V : finType) (edge : rel V),
  (* non-empty *) 0 < #|V| ->
  (* acyclic *) acyclic edge ->
  exists v, source edge v.

(* The vertices in W remain, and of the edges between them those in keep. *)
Definition lem_subgraph_of_dag : Prop :=
  forall (V : finType) (edge : rel V) (W : pred V) (keep : rel {x | W x}),
  (forall x y, keep x y -> edge (sval x) (sval y)) ->
  (* acyclic *) acyclic edge ->
  acyclic keep.

Definition thm_dag_has_order : Prop := forall (V : finType) (edge : rel V),
  (* acyclic *) acyclic edge -> exists s, topological_order edge s.

Definition thm_order_implies_dag : Prop := forall (V : finType) (edge : rel V),
  (* order *) (exists s, topological_order edge s) -> acyclic edge.

Definition prp_generations : Prop := forall (V : finType) (edge : rel V),
  (* acyclic *) acyclic edge ->
  exists l : V -> nat,
  [/\ forall v, longest edge v (l v), forall v, l v < #|V|,
      forall u v, edge u v -> l u < l v
    & forall k v, k <= l v ->
        ((forall u, edge u v -> l u < k) <-> l v = k)].
