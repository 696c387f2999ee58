(* A linear map that commutes with the cyclic shift is a circular convolution. *)
From mathcomp Require Import all_ssreflect all_algebra.
From Book Require Import Compat S20.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Circulants.
Variables (A : comRingType) (n : nat).
Notation one := (Zp1 : 'I_n.+1).
Implicit Types (a x : 'cV[A]_n.+1) (i k : 'I_n.+1).
Notation e0 := (first_unit A n).

Lemma mulr_one k : one *+ k = k.
Proof. by apply: val_inj; rewrite Zp_mulrn /= modnMml mul1n modn_small. Qed.

(* Shifted k times, an entry comes from k places before. *)
Lemma iter_shift k x i : iter k (@shift A n) x i 0 = x (i - k) 0.
Proof.
rewrite -{2}(mulr_one k); elim: (k : nat) i => [|m IH] i /=; first by rewrite mulr0n subr0.
by rewrite mxE IH mulrS opprD addrA.
Qed.

Lemma sum_units x : x = \sum_k x k 0 *: iter k (@shift A n) e0.
Proof.
apply/colP => i; rewrite summxE (bigD1 i) //= mxE iter_shift subrr mxE eqxx mulr1.
rewrite big1 ?addr0 // => k ki; rewrite mxE iter_shift mxE subr_eq0 eq_sym (negbTE ki).
by rewrite mulr0.
Qed.

Lemma convolutionC a x : convolution a x = convolution x a.
Proof.
apply/colP => i; rewrite !mxE (reindex_inj (inv_inj (subKr i))) /=.
by apply: eq_bigr => k _; rewrite subKr mulrC.
Qed.

Lemma convolution_unit a : convolution a e0 = a.
Proof.
apply/colP => i; rewrite convolutionC mxE (bigD1 0) //= mxE eqxx mul1r subr0.
by rewrite big1 ?addr0 // => k k0; rewrite mxE (negbTE k0) mul0r.
Qed.
End Circulants.

Theorem thm_equivariant_convolution : S20.thm_equivariant_convolution.
Proof.
move=> A n L lin equi a; split=> [E|-> x]; first by rewrite E convolution_unit.
have L0 : L 0 = 0.
  by have := lin (- 1) 0 0; rewrite scaler0 addr0 scaleN1r addNr.
have sums (r : seq 'I_n.+1) (c : 'I_n.+1 -> A) (v : 'I_n.+1 -> 'cV[A]_n.+1) :
    L (\sum_(k <- r) c k *: v k) = \sum_(k <- r) c k *: L (v k).
  by elim: r => [|k r IH]; rewrite ?big_nil // !big_cons lin IH.
have shifts k y : L (iter k (@shift A n) y) = iter k (@shift A n) (L y).
  by elim: k => //= k <-; rewrite equi.
rewrite {1}(sum_units x) sums convolutionC; apply/colP => i; rewrite summxE mxE.
by apply: eq_bigr => k _; rewrite mxE shifts iter_shift.
Qed.

Theorem cor_strides_multiply : S20.cor_strides_multiply.
Proof.
move=> X Y Z shiftX shiftY shiftZ D1 D2 s t first second x.
rewrite -second; congr D2; elim: t {second} => [|t IH] /=; first by rewrite muln0.
by rewrite mulnS iterD first IH.
Qed.
