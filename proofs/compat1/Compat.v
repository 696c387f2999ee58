(* Names of mathcomp 2 for mathcomp 1.15 (Debian 12). Notations only: nothing is proved or assumed here. *)
From mathcomp Require Import all_ssreflect all_algebra.
Import Order.TTheory GRing.Theory Num.Theory.
Notation lerD2r := ler_add2r (only parsing).
Notation ltrD2r := ltr_add2r (only parsing).
Notation lerD := ler_add (only parsing).
Notation lerDl := ler_addl (only parsing).
Notation lerBlDr := ler_subl_addr (only parsing).
Notation ltrBrDl := ltr_subr_addl (only parsing).
Notation lerB := ler_sub (only parsing).
Notation lerN2 := ler_opp2 (only parsing).
Notation ltrN2 := ltr_opp2 (only parsing).
Notation ler_wpM2l := ler_wpmul2l (only parsing).
Notation ler_wpM2r := ler_wpmul2r (only parsing).
Notation ltr_pM2l := ltr_pmul2l (only parsing).
Notation ltr_pMl := ltr_pmull (only parsing).
Notation gtr_pMl := gtr_pmull (only parsing).
Notation ltr_wpDr := ltr_paddr (only parsing).
Notation ler_pdivrMl := ler_pdivr_mull (only parsing).
Notation ler_pXn2r := ler_pexpn2r (only parsing).
Notation ler_pdivrMr := ler_pdivr_mulr (only parsing).
Notation ltr_pdivrMr := ltr_pdivr_mulr (only parsing).
Notation ler_piMl := ler_pimull (only parsing).
Notation lerBrDr := ler_subr_addr (only parsing).
Notation ltr_leD := ltr_le_add (only parsing).
Notation ler_pM2l := ler_pmul2l (only parsing).
Notation ge_max := le_maxl (only parsing).
Notation le_max := le_maxr (only parsing).
