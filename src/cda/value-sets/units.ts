/**
 * Units that a CR-Bio may carry. The official terminology rules do not compute UCUM: a unit, once its annotations are
 * removed, must be empty or stand literally in their list (OID 2.16.840.1.113883.6.8), whose codes are these.
 */
const UNITS: ReadonlySet<string> = new Set(
  `
% %[slope] ' '' /(12.h) /10*10 /10*12 /10*3 /10*6 /10*9 /100 /100{WBCs} /100{cells} /100{neutrophils}
/100{spermatozoa} /L /U /[HPF] /[IU] /[LPF] /[arb'U] /a /cm[H2O] /d /dL /g /h /kg /m2 /m3 /mL /mg /min
/mm /mo /s /uL /wk 10* 10*12/L 10*3 10*3/L 10*3/mL 10*3/uL 10*4/uL 10*5 10*6 10*6.[CFU]/L 10*6.[IU]
10*6/(24.h) 10*6/L 10*6/kg 10*6/mL 10*6/uL 10*8 10*9/L 10*9/mL 10*9/uL 10.L/(min.m2) 10.L/min
10.uN.s/(cm5.m2) 10^ 24.h A A/m AU Ao B B[10.nV] B[SPL] B[V] B[W] B[kW] B[mV] B[uV] Bd Bi Bq By C Cel Ci
F G Gal Gb Gy H Hz J J/L K K/W Ky L L/(24.h) L/(8.h) L/(min.m2) L/L L/d L/h L/kg L/min L/min/m2 L/s
L/s/s2 Lmb Ms Mx N N.cm N.s Np Oe Ohm Ohm.m P Pa R RAD REM S St Sv T Torr U U/(12.h) U/(2.h) U/(24.h)
U/10 U/10*10 U/10*12 U/10*6 U/10*9 U/L U/d U/dL U/g U/h U/mL U/min U/s V W Wb [APL'U] [APL'U]/mL [AU]
[Amb'a'1'U] [BAU] [Btu] [Btu_39] [Btu_59] [Btu_60] [Btu_IT] [Btu_m] [Btu_th] [CCID_50] [CFU] [CFU]/L
[CFU]/mL [Cal] [Ch] [D'ag'U] [EID_50] [ELU] [EU] [FEU] [FFU] [GPL'U] [GPL'U]/mL [G] [HPF] [HP] [IR] [IU]
[IU]/(2.h) [IU]/(24.h) [IU]/L [IU]/d [IU]/dL [IU]/g [IU]/h [IU]/kg [IU]/kg/d [IU]/mL [IU]/min [LPF] [Lf]
[MET] [MPL'U] [MPL'U]/mL [PFU] [PNU] [PRU] [S] [TCID_50] [USP'U] [acr_br] [acr_us] [anti'Xa'U] [arb'U]
[arb'U]/mL [bbl_us] [bdsk'U] [beth'U] [bf_i] [bu_br] [bu_us] [c] [car_Au] [car_m] [cft_i] [ch_br]
[ch_us] [cicero] [cin_i] [cml_i] [cr_i] [crd_us] [cup_m] [cup_us] [cyd_i] [degF] [degR] [degRe] [den]
[didot] [diop] [dpt_us] [dqt_us] [dr_ap] [dr_av] [drp] [dye'U] [e] [eps_0] [fdr_br] [fdr_us] [foz_br]
[foz_m] [foz_us] [ft_br] [ft_i] [ft_us] [ft_us]/[ft_us] [fth_br] [fth_i] [fth_us] [fur_us] [g] [gal_br]
[gal_us] [gal_wi] [gil_br] [gil_us] [gr] [h] [hd_i] [hnsf'U] [iU] [in_br] [in_i'H2O] [in_i'Hg] [in_i]
[in_us] [k] [ka'U] [kn_br] [kn_i] [lb_ap] [lb_av] [lb_tr] [lbf_av] [lcwt_av] [ligne] [lk_br] [lk_us]
[lne] [lton_av] [ly] [m/s2/Hz^(1/2)] [m_e] [m_p] [mclg'U] [mesh_i] [mi_br] [mi_i] [mi_us] [mil_i]
[mil_us] [min_br] [min_us] [mu_0] [nmi_br] [nmi_i] [oz_ap] [oz_av] [oz_m] [oz_tr] [p'diop] [pH] [pc_br]
[pca] [pca_pr] [pi] [pied] [pk_br] [pk_us] [pnt] [pnt_pr] [pouce] [ppb] [ppm] [ppth] [pptr] [psi]
[pt_br] [pt_us] [pwt_tr] [qt_br] [qt_us] [rch_us] [rd_br] [rd_us] [rlk_us] [sc_ap] [sct] [scwt_av]
[sft_i] [sin_i] [smgy'U] [smi_us] [smoot] [srd_us] [ston_av] [stone_av] [syd_i] [tb'U] [tbs_m] [tbs_us]
[todd'U] [tsp_m] [tsp_us] [twp] [wood'U] [yd_br] [yd_i] [yd_us] a a_g a_j a_t ar atm att b bar bit bit_s
cL cP cSt cal cal_IT cal_[15] cal_[20] cal_m cal_th cd cg circ cm cm2 cm2/s cm[H2O] cm[H2O]/L/s
cm[H2O]/s/m cm[Hg] d dB dL daL/min daL/min/m2 deg deg/s dg dm dm2/s2 dyn dyn.s/(cm.m2) dyn.s/cm eV eq
eq/L eq/mL eq/mmol eq/umol erg fL fg fm fmol fmol/L fmol/g fmol/mL fmol/mg g g% g.m g/(100.g) g/(12.h)
g/(24.h) g/(3.d) g/(4.h) g/(48.h) g/(5.h) g/(6.h) g/(72.h) g/L g/cm3 g/d g/dL g/g g/h g/h/m2 g/kg
g/kg/(8.h) g/kg/d g/kg/h g/kg/min g/m2 g/mL g/mg g/min g/mmol gf gon h kL kPa kU kU/L kU/g kU/mL k[IU]/L
k[IU]/mL kat kat/L kat/kg kcal kcal/(24.h) kcal/[oz_av] kcal/d kcal/h kcal/kg/(24.h) kg kg.m/s kg/(s.m2)
kg/L kg/h kg/m2 kg/m3 kg/min kg/mol kg/s km ks l lm lm.m2 lx m m/s m/s2 m2 m2/s m3/s mA mGy mGy.cm mL
mL/(10.h) mL/(12.h) mL/(2.h) mL/(24.h) mL/(4.h) mL/(5.h) mL/(6.h) mL/(72.h) mL/(8.h) mL/(8.h)/kg
mL/[sin_i] mL/cm[H2O] mL/d mL/dL mL/h mL/kg mL/kg/(8.h) mL/kg/d mL/kg/h mL/kg/min mL/m2 mL/mbar mL/min
mL/min/m2 mL/mm mL/s mPa mPa.s mU/L mU/g mU/mL mU/mL/min mU/mg mV m[H2O] m[Hg] m[IU]/L m[IU]/mL mbar
mbar.s/L mbar/L/s meq meq/(2.h) meq/(24.h) meq/(8.h) meq/L meq/d meq/dL meq/g meq/h meq/kg meq/kg/h
meq/m2 meq/mL meq/min mg mg/(10.h) mg/(12.h) mg/(2.h) mg/(24.h) mg/(6.h) mg/(72.h) mg/(8.h) mg/L mg/d
mg/dL mg/g mg/h mg/kg mg/kg/(8.h) mg/kg/d mg/kg/h mg/kg/min mg/m2 mg/m3 mg/mL mg/mg mg/min mg/mmol mg/wk
mho min mm mm/h mm/min mm2 mm[H2O] mm[Hg] mmol mmol/(12.h) mmol/(2.h) mmol/(24.h) mmol/(5.h) mmol/(6.h)
mmol/(8.h) mmol/L mmol/d mmol/dL mmol/g mmol/h mmol/kg mmol/kg/(8.h) mmol/kg/d mmol/kg/h mmol/kg/min
mmol/m2 mmol/min mmol/mmol mmol/mol mmol/s/L mo mo_g mo_j mo_s mol mol/L mol/kg mol/kg/s mol/m3 mol/mL
mol/mol mol/s mosm mosm/L mosm/kg ms nL nU/mL ng ng/(24.h) ng/(8.h) ng/10*6 ng/L ng/U ng/d ng/dL ng/g
ng/h ng/kg ng/kg/(8.h) ng/kg/h ng/kg/min ng/m2 ng/mL ng/mL/h ng/mg ng/mg/h ng/min ng/s nkat nm nm/s/L
nmol nmol/(24.h) nmol/L nmol/d nmol/dL nmol/g nmol/h/L nmol/mL nmol/mL/h nmol/mL/min nmol/mg nmol/mg/h
nmol/mg{prot} nmol/min nmol/min/mL nmol/mmol nmol/mmol{creat} nmol/mol nmol/nmol nmol/s nmol/s/L ns osm
osm/L osm/kg pA pL pT pc pg pg/L pg/dL pg/mL pg/mg pg/mm ph pkat pm pmol pmol/(24.h) pmol/L pmol/d
pmol/dL pmol/g pmol/h/mL pmol/mL pmol/min pmol/umol ps rad s sb sph sr st t tex u uL uL/(2.h) uL/h uOhm
uU/L uU/g uU/mL uV u[IU] u[IU]/L u[IU]/mL ueq ueq/L ueq/mL ug ug/(100.g) ug/(24.h) ug/(8.h) ug/L
ug/L/(24.h) ug/[sft_i] ug/d ug/dL ug/g ug/h ug/kg ug/kg/(8.h) ug/kg/d ug/kg/h ug/kg/min ug/m2 ug/m3
ug/mL ug/mg ug/min ug/mmol ug/ng ukat um um/s umol umol/(2.h) umol/(24.h) umol/(8.h) umol/L umol/L/h
umol/d umol/dL umol/g umol/h umol/kg umol/mL umol/mL/min umol/mg umol/min umol/min/L umol/min/g
umol/mmol umol/mol umol/umol us wk {#}/[HPF] {#}/[LPF] {APS'U} {EIA_index} {KCT'U} {MPS'U}
`
    .trim()
    .split(/\s+/),
);

/** What the official rules take for an annotation; `{INR}` or `{1.73_m2}` are none, and make a unit fail. */
const ANNOTATION = /\{.[a-z]*.\}/g;

/** May this UCUM unit stand in `PQ/@unit`? (cr-bio, terminologie.sch) */
export function isAllowedUnit(unit: string): boolean {
  const bare = unit.replace(ANNOTATION, '');
  return bare === '' || UNITS.has(bare);
}
