From mathcomp Require Import all_ssreflect.
From Book Require Import S09.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Section Computation.
(* A finite computation graph: each vertex has a list of operands (a vertex may occur twice) and
   a function of their values. An input has no operands; its function gives its value. *)
Variables (V : finType) (X : Type) (operands : V -> seq V) (op : V -> seq X -> X).
Definition feeds : rel V := fun u v => u \in operands v.
Definition evaluation (val : V -> X) : Prop := forall v, val v = op v (map val (operands v)).
(* Give the vertices of a list their values, one after the other. *)
Definition give (val : V -> X) (v : V) : V -> X :=
  fun u => if u == v then op v (map val (operands v)) else val u.
Definition evaluate (s : seq V) (start : V -> X) : V -> X := foldl give start s.
(* The same where no vertex has a value at first: None where an operand has none. *)
Definition all_values (vals : seq (option X)) : option (seq X) :=
  if all isSome vals then Some (pmap id vals) else None.
Definition try_give (val : option (V -> option X)) (v : V) : option (V -> option X) :=
  if val is Some have then
    if all_values (map have (operands v)) is Some xs
    then Some (fun u => if u == v then Some (op v xs) else have u) else None
  else None.
Definition try_evaluate (s : seq V) : option (V -> option X) :=
  foldl try_give (Some (fun=> None)) s.
End Computation.

(* The list contains each vertex exactly once. *)
Definition prp_evaluable : Prop :=
  forall (V : finType) (X : Type) (operands : V -> seq V) (op : V -> seq X -> X) (s : seq V),
  (* once *) perm_eq s (enum V) ->
  isSome (try_evaluate operands op s) <-> topological_order (feeds operands) s.

Definition thm_evaluation_order : Prop :=
  forall (V : finType) (X : Type) (operands : V -> seq V) (op : V -> seq X -> X) (start : V -> X),
  (* acyclic *) acyclic (feeds operands) ->
  (exists s, topological_order (feeds operands) s) /\
  (forall s, topological_order (feeds operands) s ->
     evaluation operands op (evaluate operands op s start) /\
     forall val, evaluation operands op val -> val =1 evaluate operands op s start).

Section Recursion.
(* Naive recursion from r visits r, and then what it visits from each operand of r. Calls are
   nested at most depth deep; a larger depth changes nothing once the recursion ends. *)
Variables (V : finType) (operands : V -> seq V).
Fixpoint visits (depth : nat) (r v : V) : nat :=
  if depth is d.+1 then (r == v) + \sum_(u <- operands r) visits d u v else 0.
(* It ends: no call is nested deeper than that. *)
Fixpoint ends (depth : nat) (r : V) : bool :=
  if depth is d.+1 then all (ends d) (operands r) else false.
(* The walks of k edges from v to r. An edge into r is a place in its list of operands. *)
Fixpoint walks (k : nat) (v r : V) : nat :=
  if k is k'.+1 then \sum_(u <- operands r) walks k' v u else (v == r).
End Recursion.

Definition prp_recursion_walks : Prop :=
  forall (V : finType) (operands : V -> seq V) (r v : V),
  (* acyclic *) acyclic (feeds operands) ->
  [/\ ends operands #|V| r,
      forall k, #|V| <= k -> walks operands k v r = 0
    & forall depth, ends operands depth r ->
        visits operands depth r v = \sum_(k < #|V|) walks operands k v r].

(* Vertex k + 1 multiplies vertex k by itself. *)
Definition squarings (N : nat) (v : 'I_N.+1) : seq 'I_N.+1 :=
  if v == 0 :> nat then [::] else [:: inord v.-1; inord v.-1].

Definition cor_squarings : Prop := forall N : nat,
  ends (@squarings N) N.+1 ord_max /\
  \sum_(v : 'I_N.+1) visits (@squarings N) N.+1 ord_max v = 2 ^ N.+1 - 1.
