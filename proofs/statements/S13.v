From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import S02.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Sweep.
(* A finite directed multigraph: parallel edges are different elements of E. *)
Variables (R : comRingType) (V E : finType) (tail head : E -> V) (lam : E -> R).

(* p lists the edges of a walk from v to r; the empty list is the walk of length 0. *)
Fixpoint walk (p : seq E) (v r : V) : bool :=
  if p is e :: q then (tail e == v) && walk q (head e) r else v == r.
(* The sum over all walks of k edges of the product of the numbers on the edges. *)
Definition walk_sum (k : nat) (v r : V) : R :=
  \sum_(p : k.-tuple E | walk p v r) \prod_(e <- p) lam e.
(* Over all walks of fewer than #|V| edges: the theorem says that there are no others. *)
Definition path_sum (v r : V) : R := \sum_(k < #|V|) walk_sum k v r.
Definition topological_order (s : seq V) : Prop :=
  [/\ uniq s, forall v, v \in s & forall e, (index (tail e) s < index (head e) s)%N].

(* The algorithm. into v lists the edges into v, in any order. *)
Variable into : V -> seq E.
Definition add_to (a : V -> R) (u : V) (x : R) : V -> R :=
  fun w => if w == u then a w + x else a w.
Definition pass_back (a : V -> R) (v : V) : V -> R :=
  foldl (fun a e => add_to a (tail e) (a v * lam e)) a (into v).
Definition sweep (s : seq V) (r : V) : V -> R :=
  foldl pass_back (fun w => (w == r)%:R) (rev s).
End Sweep.

Definition thm_adjoint_path_sum : Prop :=
  forall (R : comRingType) (V E : finType) (tail head : E -> V) (lam : E -> R)
    (into : V -> seq E) (s : seq V) (r v : V),
  (forall v, perm_eq (into v) (enum [pred e | head e == v])) ->
  (* order *) topological_order tail head s ->
  (forall p, walk tail head p v r -> (size p < #|V|)%N) /\
  sweep tail lam into s r v = path_sum tail head lam v r.

(* Vectors are rows here: z = x W^T. *)
Definition prp_linear_layer : Prop :=
  forall (R : realType) (m n : nat) (W : 'M[R]_(m.+1, n.+1)) (x : 'rV[R]_n.+1)
    (l : 'rV[R]_m.+1 -> R),
  (* differentiable *) differentiable l (x *m W^T) ->
  let g := grad l (x *m W^T) in
  let of_input y := l (y *m W^T) in
  let of_weights (V : 'M[R]_(m.+1, n.+1)) := l (x *m V^T) in
  [/\ forall j, derivable of_input x (delta_mx 0 j),
      grad of_input x = g *m W,
      forall i j, derivable of_weights W (delta_mx i j) &
      \matrix_(i, j) 'D_(delta_mx i j) of_weights W = g^T *m x].
