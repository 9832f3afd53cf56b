/**
 * Structure of a CDA R2 document with the extensions that the CI-SIS allows (POCD_MT000040, datatypes, narrative block),
 * one type a line: `Name ; attributes ; content`. `~`: text may stand beside the elements. Attributes: `name!` is
 * mandatory, `name=value` has one value, `name:Type` has the form of schema-values.ts; `nullFlavor` goes without saying.
 * Content: `element:Type` in order, with `?`, `*`, `+`, `|` and groups as in a DTD; type `-` is not looked into; `@` is
 * realmCode, typeId and templateId. A line that begins with blanks continues the one before.
 */
export const SCHEMA_TYPES = `
ClinicalDocument ; classCode=DOCCLIN moodCode=EVN ; realmCode:CS*,typeId:TypeId,templateId:II*,id:II,code:CE,
  title:ST?,effectiveTime:TS,confidentialityCode:CE,languageCode:CS?,setId:II?,versionNumber:INT?,copyTime:TS?,
  recordTarget:RecordTarget+,author:Author+,dataEnterer:DataEnterer?,informant:Informant12*,custodian:Custodian,
  informationRecipient:InformationRecipient*,legalAuthenticator:LegalAuthenticator?,authenticator:Authenticator*,
  participant:Participant1*,inFulfillmentOf:InFulfillmentOf*,documentationOf:DocumentationOf*,
  relatedDocument:RelatedDocument*,authorization:Authorization*,componentOf:Component1?,component:Component2,
  statusCode:-?
ANY ; ;
Act ; classCode!:x_ActClassDocumentEntryAct moodCode!:x_DocumentActMood negationInd:bl ; @,id:II*,code:CD,
  text:ED?,statusCode:CS?,effectiveTime:IVL_TS?,priorityCode:CE?,languageCode:CS?,subject:Subject?,
  specimen:Specimen*,performer:Performer2*,author:Author*,informant:Informant12*,participant:Participant2*,
  entryRelationship:EntryRelationship*,reference:Reference*,precondition:Precondition*,inFulfillmentOf1:-*
AssignedAuthor ; classCode=ASSIGNED ; @,id:II+,code:CE?,addr:AD*,telecom:TEL*,(assignedPerson:Person?|
  assignedAuthoringDevice:AuthoringDevice?),representedOrganization:Organization?
AssignedCustodian ; classCode=ASSIGNED ; @,representedCustodianOrganization:CustodianOrganization
AssignedEntity ; classCode=ASSIGNED ; @,id:II+,code:CE?,addr:AD*,telecom:TEL*,assignedPerson:Person?,
  representedOrganization:Organization?,patient:-?
AssociatedEntity ; classCode!:RoleClassAssociative ; @,id:II*,code:CE?,addr:AD*,telecom:TEL*,
  associatedPerson:Person?,scopingOrganization:Organization?
Authenticator ; typeCode=AUTHEN ; @,time:TS,signatureCode:CS,assignedEntity:AssignedEntity,signatureText:-?
Author ; typeCode=AUT contextControlCode=OP ; @,functionCode:CE?,time:TS,assignedAuthor:AssignedAuthor
AuthoringDevice ; classCode=DEV determinerCode=INSTANCE ; @,code:CE?,manufacturerModelName:SC?,softwareName:SC?,
  asMaintainedEntity:MaintainedEntity*
Authorization ; typeCode=AUTH ; @,consent:Consent
Birthplace ; classCode=BIRTHPL ; @,place:Place
CR ; inverted:bn ; name:CV?,value:CD?
Component1 ; typeCode=COMP ; @,encompassingEncounter:EncompassingEncounter
Component2 ; typeCode=COMP contextConductionInd=true ; @,(nonXMLBody:NonXMLBody|structuredBody:StructuredBody)
Component3 ; typeCode=COMP contextConductionInd=true ; @,section:Section
Component4 ; typeCode=COMP contextConductionInd=true ; @,sequenceNumber:INT?,seperatableInd:BL?,priorityNumber:-?,
  (act:Act|encounter:-|observation:Observation|observationMedia:ObservationMedia|organizer:Organizer|
  procedure:Procedure|regionOfInterest:-|substanceAdministration:-|supply:-)
Component5 ; typeCode=COMP contextConductionInd=true ; @,section:Section
Consent ; classCode=CONS moodCode=EVN ; @,id:II*,code:CE?,statusCode:CS
Criterion ; classCode:ActClassObservation moodCode=EVN.CRT ; @,code:CD?,text:ED?,value:ANY?
Custodian ; typeCode=CST ; @,assignedCustodian:AssignedCustodian
CustodianOrganization ; classCode=ORG determinerCode=INSTANCE ; @,id:II+,name:ON?,telecom:TEL?,addr:AD?
DataEnterer ; typeCode=ENT contextControlCode=OP ; @,time:TS?,assignedEntity:AssignedEntity
Device ; classCode:EntityClassDevice determinerCode=INSTANCE ; @,code:CE?,manufacturerModelName:SC?,softwareName:SC?
DocumentationOf ; typeCode=DOC ; @,serviceEvent:ServiceEvent
EIVL.event ; code:TimingEvent codeSystem=2.16.840.1.113883.5.139 codeSystemName=TimingEvent codeSystemVersion
  displayName valueSetVersion ;
EncompassingEncounter ; classCode=ENC moodCode=EVN ; @,id:II*,code:CE?,effectiveTime:IVL_TS,
  dischargeDispositionCode:CE?,responsibleParty:ResponsibleParty?,encounterParticipant:EncounterParticipant*,
  location:Location?
EncounterParticipant ; typeCode!:x_EncounterParticipant ; @,time:IVL_TS?,assignedEntity:AssignedEntity
Entity ; classCode:EntityClassRoot determinerCode=INSTANCE ; @,id:II*,code:CE?,desc:ED?
Entry ; typeCode:x_ActRelationshipEntry contextConductionInd=true ; @,(act:Act|encounter:-|
  observation:Observation|observationMedia:ObservationMedia|organizer:Organizer|procedure:Procedure|
  regionOfInterest:-|substanceAdministration:-|supply:-)
EntryRelationship ; typeCode!:x_ActRelationshipEntryRelationship inversionInd:bl contextConductionInd:bl
  negationInd:bl ; @,sequenceNumber:INT?,seperatableInd:BL?,(act:Act|encounter:-|observation:Observation|
  observationMedia:ObservationMedia|organizer:Organizer|procedure:Procedure|regionOfInterest:-|
  substanceAdministration:-|supply:-)
ExternalAct ; classCode:ActClassRoot moodCode=EVN ; @,id:II*,code:CD?,text:ED?
ExternalDocument ; classCode:ActClassDocument moodCode=EVN ; @,id:II*,code:CD?,text:ED?,setId:II?,versionNumber:INT?
ExternalObservation ; classCode:ActClassObservation moodCode=EVN ; @,id:II*,code:CD?,text:ED?
ExternalProcedure ; classCode=PROC moodCode=EVN ; @,id:II*,code:CD?,text:ED?
Guardian ; classCode=GUARD ; @,id:II*,code:CE?,addr:AD*,telecom:TEL*,(guardianPerson:Person|
  guardianOrganization:Organization)
HealthCareFacility ; classCode:RoleClassServiceDeliveryLocation ; @,id:II*,code:CE?,location:Place?,
  serviceProviderOrganization:Organization?
IVXB_INT ; value:int inclusive:bl ;
IVXB_PQ ; value:real unit:cs inclusive:bl ; translation:PQR*
IVXB_TS ; value:ts inclusive:bl ;
InFulfillmentOf ; typeCode=FLFS ; @,order:Order
Informant12 ; typeCode=INF contextControlCode=OP ; @,(assignedEntity:AssignedEntity|relatedEntity:RelatedEntity)
InformationRecipient ; typeCode:x_InformationRecipient ; @,intendedRecipient:IntendedRecipient
TypeId ; root!=2.16.840.1.113883.1.3 extension! assigningAuthorityName displayable:bl ;
IntendedRecipient ; classCode:x_InformationRecipientRole ; @,id:II*,addr:AD*,telecom:TEL*,
  informationRecipient:Person?,receivedOrganization:Organization?
LanguageCommunication ; ; @,languageCode:CS?,modeCode:CE?,proficiencyLevelCode:CE?,preferenceInd:BL?
LegalAuthenticator ; typeCode=LA contextControlCode=OP ; @,time:TS,signatureCode:CS,signatureText:-?,
  assignedEntity:AssignedEntity
Location ; typeCode=LOC ; @,healthCareFacility:HealthCareFacility
MaintainedEntity ; classCode=MNT ; @,effectiveTime:IVL_TS?,maintainingPerson:Person
NonXMLBody ; classCode=DOCBODY moodCode=EVN ; @,text:ED,confidentialityCode:CE?,languageCode:CS?
Observation ; classCode!:ActClassObservation moodCode!:x_ActMoodDocumentObservation negationInd:bl ; @,id:II*,
  code:CD,derivationExpr:ST?,text:ED?,statusCode:CS?,effectiveTime:IVL_TS?,priorityCode:CE?,repeatNumber:IVL_INT?,
  languageCode:CS?,value:ANY*,interpretationCode:CE*,methodCode:CE*,targetSiteCode:CD*,subject:Subject?,
  specimen:Specimen*,performer:Performer2*,author:Author*,informant:Informant12*,participant:Participant2*,
  entryRelationship:EntryRelationship*,reference:Reference*,precondition:Precondition*,
  referenceRange:ReferenceRange*,inFulfillmentOf1:-*
ObservationMedia ; ID:ID classCode!:ActClassObservation moodCode!:ActMood ; @,id:II*,languageCode:CS?,value:ED,
  subject:Subject?,specimen:Specimen*,performer:Performer2*,author:Author*,informant:Informant12*,
  participant:Participant2*,entryRelationship:EntryRelationship*,reference:Reference*,precondition:Precondition*
ObservationRange ; classCode:ActClassObservation moodCode=EVN.CRT ; @,code:CD?,text:ED?,value:ANY?,
  interpretationCode:CE?,precondition1:-*,precondition:-*
Order ; classCode:ActClassRoot moodCode=RQO ; @,id:II+,code:CE?,priorityCode:CE?,accessionNumber:-*
Organization ; classCode=ORG determinerCode=INSTANCE ; @,id:II*,name:ON*,telecom:TEL*,addr:AD*,
  standardIndustryClassCode:CE?,asOrganizationPartOf:OrganizationPartOf?
OrganizationPartOf ; classCode=PART ; @,id:II*,code:CE?,statusCode:CS?,effectiveTime:IVL_TS?,
  wholeOrganization:Organization?
Organizer ; classCode!:x_ActClassDocumentEntryOrganizer moodCode!:ActMood ; @,id:II*,code:CD?,text:-?,
  statusCode:CS,effectiveTime:IVL_TS?,subject:Subject?,specimen:Specimen*,performer:Performer2*,author:Author*,
  informant:Informant12*,participant:Participant2*,reference:Reference*,precondition:Precondition*,
  component:Component4*
PQR ; code:cs codeSystem:uid codeSystemName codeSystemVersion displayName valueSetVersion value:real ;
  originalText:ED?
ParentDocument ; classCode=DOCCLIN moodCode=EVN ; @,id:II+,code:CD?,text:ED?,setId:II?,versionNumber:INT?
Participant1 ; typeCode!:ParticipationType contextControlCode=OP ; @,functionCode:CE?,time:IVL_TS?,
  associatedEntity:AssociatedEntity
Participant2 ; typeCode!:ParticipationType contextControlCode=OP ; @,time:IVL_TS?,awarenessCode:CE?,
  participantRole:ParticipantRole
ParticipantRole ; classCode:RoleClassRoot ; @,functionCode:-?,id:II*,code:CE?,addr:AD*,telecom:TEL*,
  (playingDevice:Device?|playingEntity:PlayingEntity?),scopingEntity:Entity?
Patient ; classCode=PSN determinerCode=INSTANCE ; @,id:II?,name:PN*,desc:-?,administrativeGenderCode:CE?,
  birthTime:TS?,deceasedInd:-?,deceasedTime:-?,multipleBirthInd:-?,multipleBirthOrderNumber:-?,
  maritalStatusCode:CE?,religiousAffiliationCode:CE?,raceCode:CE?,raceCode:-*,ethnicGroupCode:CE?,
  ethnicGroupCode:-*,guardian:Guardian*,birthplace:Birthplace?,languageCommunication:LanguageCommunication*
PatientRole ; classCode=PAT ; @,id:II+,addr:AD*,telecom:TEL*,patient:Patient?,providerOrganization:Organization?
Performer1 ; typeCode!:x_ServiceEventPerformer ; @,functionCode:CE?,time:IVL_TS?,assignedEntity:AssignedEntity
Performer2 ; typeCode=PRF ; @,functionCode:-?,time:IVL_TS?,modeCode:CE?,assignedEntity:AssignedEntity
Person ; classCode=PSN determinerCode=INSTANCE ; @,name:PN*,desc:-?,asPatientRelationship:-?
Place ; classCode=PLC determinerCode=INSTANCE ; @,name:EN?,addr:AD?
PlayingEntity ; classCode:EntityClassRoot determinerCode=INSTANCE ; @,code:CE?,quantity:PQ*,name:PN*,birthTime:-?,
  desc:ED?
Precondition ; typeCode=PRCN ; @,criterion:Criterion
Procedure ; classCode!:ActClass moodCode!:x_DocumentProcedureMood negationInd:bl ; @,id:II*,code:CD?,text:ED?,
  statusCode:CS?,effectiveTime:IVL_TS?,priorityCode:CE?,languageCode:CS?,methodCode:CE*,approachSiteCode:CD*,
  targetSiteCode:CD*,subject:Subject?,specimen:Specimen*,performer:Performer2*,author:Author*,
  informant:Informant12*,participant:Participant2*,entryRelationship:EntryRelationship*,reference:Reference*,
  precondition:Precondition*,inFulfillmentOf1:-*
QTY ; ;
RecordTarget ; typeCode=RCT contextControlCode=OP ; @,patientRole:PatientRole
Reference ; typeCode!:x_ActRelationshipExternalReference ; @,seperatableInd:BL?,(externalAct:ExternalAct|
  externalObservation:ExternalObservation|externalProcedure:ExternalProcedure|externalDocument:ExternalDocument)
ReferenceRange ; typeCode=REFV ; @,observationRange:ObservationRange
RelatedDocument ; typeCode!:x_ActRelationshipDocument ; @,parentDocument:ParentDocument
RelatedEntity ; classCode!:RoleClassMutualRelationship ; @,code:CE?,addr:AD*,telecom:TEL*,effectiveTime:IVL_TS?,
  relatedPerson:Person?
RelatedSubject ; classCode:x_DocumentSubject ; @,id:-*,code:CE?,addr:AD*,telecom:TEL*,subject:SubjectPerson?
ResponsibleParty ; typeCode=RESP ; @,assignedEntity:AssignedEntity
SC~ ; representation=TXT mediaType=text/plain language:cs code:cs codeSystem:uid codeSystemName codeSystemVersion
  displayName ;
SXCM_TS ; value:ts operator:SetOperator ;
Section ; ID:ID classCode=DOCSECT moodCode=EVN ; @,id:II?,code:CE?,title:ST?,text:Doc.Text?,
  confidentialityCode:CE?,languageCode:CS?,subject:Subject?,author:Author*,informant:Informant12*,entry:Entry*,
  component:Component5*
ServiceEvent ; classCode:ActClassRoot moodCode=EVN ; @,id:II*,code:CE?,statusCode:CS?,effectiveTime:IVL_TS?,
  performer:Performer1*
Specimen ; typeCode=SPC ; @,specimenRole:SpecimenRole
SpecimenRole ; classCode=SPEC ; @,id:II*,specimenPlayingEntity:PlayingEntity?
StructuredBody ; classCode=DOCBODY moodCode=EVN ; @,confidentialityCode:CE?,languageCode:CS?,component:Component3+
Subject ; typeCode=SBJ contextControlCode=OP ; @,awarenessCode:CE?,relatedSubject:RelatedSubject
SubjectPerson ; classCode=PSN determinerCode=INSTANCE ; @,id:-*,name:PN*,desc:-?,administrativeGenderCode:CE?,
  birthTime:TS?,deceasedInd:-?,deceasedTime:-?,multipleBirthInd:-?,multipleBirthOrderNumber:-?,raceCode:-*,
  ethnicGroupCode:-*
adxp.additionalLocator~ ; representation=TXT mediaType=text/plain language:cs partType=ADL ;
adxp.buildingNumberSuffix~ ; representation=TXT mediaType=text/plain language:cs partType=BNS ;
adxp.careOf~ ; representation=TXT mediaType=text/plain language:cs partType=CAR ;
adxp.censusTract~ ; representation=TXT mediaType=text/plain language:cs partType=CEN ;
adxp.city~ ; representation=TXT mediaType=text/plain language:cs partType=CTY ;
adxp.country~ ; representation=TXT mediaType=text/plain language:cs partType=CNT ;
adxp.county~ ; representation=TXT mediaType=text/plain language:cs partType=CPA ;
adxp.delimiter~ ; representation=TXT mediaType=text/plain language:cs partType=DEL ;
adxp.deliveryAddressLine~ ; representation=TXT mediaType=text/plain language:cs partType=DAL ;
adxp.deliveryInstallationArea~ ; representation=TXT mediaType=text/plain language:cs partType=DINSTA ;
adxp.deliveryInstallationQualifier~ ; representation=TXT mediaType=text/plain language:cs partType=DINSTQ ;
adxp.deliveryInstallationType~ ; representation=TXT mediaType=text/plain language:cs partType=DINST ;
adxp.deliveryMode~ ; representation=TXT mediaType=text/plain language:cs partType=DMOD ;
adxp.deliveryModeIdentifier~ ; representation=TXT mediaType=text/plain language:cs partType=DMODID ;
adxp.direction~ ; representation=TXT mediaType=text/plain language:cs partType=DIR ;
adxp.houseNumber~ ; representation=TXT mediaType=text/plain language:cs partType=BNR ;
adxp.houseNumberNumeric~ ; representation=TXT mediaType=text/plain language:cs partType=BNN ;
adxp.postBox~ ; representation=TXT mediaType=text/plain language:cs partType=POB ;
adxp.postalCode~ ; representation=TXT mediaType=text/plain language:cs partType=ZIP ;
adxp.precinct~ ; representation=TXT mediaType=text/plain language:cs partType=PRE ;
adxp.state~ ; representation=TXT mediaType=text/plain language:cs partType=STA ;
adxp.streetAddressLine~ ; representation=TXT mediaType=text/plain language:cs partType=SAL ;
adxp.streetName~ ; representation=TXT mediaType=text/plain language:cs partType=STR ;
adxp.streetNameBase~ ; representation=TXT mediaType=text/plain language:cs partType=STB ;
adxp.streetNameType~ ; representation=TXT mediaType=text/plain language:cs partType=STTYP ;
adxp.unitID~ ; representation=TXT mediaType=text/plain language:cs partType=UNID ;
adxp.unitType~ ; representation=TXT mediaType=text/plain language:cs partType=UNIT ;
en.delimiter~ ; representation=TXT mediaType=text/plain language:cs partType=DEL
  qualifier:set_EntityNamePartQualifier ;
en.family~ ; representation=TXT mediaType=text/plain language:cs partType=FAM
  qualifier:set_EntityNamePartQualifier ;
en.given~ ; representation=TXT mediaType=text/plain language:cs partType=GIV qualifier:set_EntityNamePartQualifier ;
en.prefix~ ; representation=TXT mediaType=text/plain language:cs partType=PFX
  qualifier:set_EntityNamePartQualifier ;
en.suffix~ ; representation=TXT mediaType=text/plain language:cs partType=SFX
  qualifier:set_EntityNamePartQualifier ;
thumbnail~ ; representation:BinaryDataEncoding mediaType:cs language:cs compression:CompressionAlgorithm
  integrityCheck integrityCheckAlgorithm:IntegrityCheckAlgorithm ; reference:TEL?
Doc.Br ; ;
Doc.Caption~ ; ID:ID language styleCode ; (linkHtml:Doc.LinkHtml|sub:Doc.Sub|sup:Doc.Sup|footnote:Doc.Footnote|
  footnoteRef:Doc.FootnoteRef)*
Doc.Col ; ID:ID language styleCode span width align char charoff valign ;
Doc.Colgroup ; ID:ID language styleCode span width align char charoff valign ; (col:Doc.Col)*
Doc.Content~ ; ID:ID language styleCode revised ; (content:Doc.Content|linkHtml:Doc.LinkHtml|sub:Doc.Sub|
  sup:Doc.Sup|br:Doc.Br|footnote:Doc.Footnote|footnoteRef:Doc.FootnoteRef|renderMultiMedia:Doc.RenderMultiMedia)*
Doc.Footnote~ ; ID:ID language styleCode ; (content:Doc.Content|linkHtml:Doc.LinkHtml|sub:Doc.Sub|sup:Doc.Sup|
  br:Doc.Br|renderMultiMedia:Doc.RenderMultiMedia|paragraph:Doc.Paragraph|list:Doc.List|table:Doc.Table)*
Doc.FootnoteRef ; ID:ID language styleCode IDREF!:IDREF ;
Doc.Item~ ; ID:ID language styleCode ; caption:Doc.Caption?,(content:Doc.Content|linkHtml:Doc.LinkHtml|
  sub:Doc.Sub|sup:Doc.Sup|br:Doc.Br|footnote:Doc.Footnote|footnoteRef:Doc.FootnoteRef|
  renderMultiMedia:Doc.RenderMultiMedia|paragraph:Doc.Paragraph|list:Doc.List|table:Doc.Table)*
Doc.LinkHtml~ ; name href rel rev title ID:ID language styleCode ; (footnote:Doc.Footnote|
  footnoteRef:Doc.FootnoteRef)*
Doc.List ; ID:ID language styleCode listType ; caption:Doc.Caption?,item:Doc.Item+
Doc.Paragraph~ ; ID:ID language styleCode ; caption:Doc.Caption?,(content:Doc.Content|linkHtml:Doc.LinkHtml|
  sub:Doc.Sub|sup:Doc.Sup|br:Doc.Br|footnote:Doc.Footnote|footnoteRef:Doc.FootnoteRef|
  renderMultiMedia:Doc.RenderMultiMedia)*
Doc.RenderMultiMedia ; referencedObject! ID:ID language styleCode ; caption:Doc.Caption?
Doc.Sub~ ; ;
Doc.Sup~ ; ;
Doc.Table ; ID:ID language styleCode summary width border frame rules cellspacing cellpadding ;
  caption:Doc.Caption?,(col:Doc.Col*|colgroup:Doc.Colgroup*),thead:Doc.Thead?,tfoot:Doc.Tfoot?,tbody:Doc.Tbody+
Doc.Tbody ; ID:ID language styleCode align char charoff valign ; (tr:Doc.Tr)+
Doc.Td~ ; ID:ID language styleCode abbr axis headers scope rowspan colspan align char charoff valign ;
  (content:Doc.Content|linkHtml:Doc.LinkHtml|sub:Doc.Sub|sup:Doc.Sup|br:Doc.Br|footnote:Doc.Footnote|
  footnoteRef:Doc.FootnoteRef|renderMultiMedia:Doc.RenderMultiMedia|paragraph:Doc.Paragraph|list:Doc.List)*
Doc.Text~ ; ID:ID language styleCode mediaType=text/x-hl7-text+xml ; (content:Doc.Content|linkHtml:Doc.LinkHtml|
  sub:Doc.Sub|sup:Doc.Sup|br:Doc.Br|footnote:Doc.Footnote|footnoteRef:Doc.FootnoteRef|
  renderMultiMedia:Doc.RenderMultiMedia|paragraph:Doc.Paragraph|list:Doc.List|table:Doc.Table)*
Doc.Tfoot ; ID:ID language styleCode align char charoff valign ; (tr:Doc.Tr)+
Doc.Th~ ; ID:ID language styleCode abbr axis headers scope rowspan colspan align char charoff valign ;
  (content:Doc.Content|linkHtml:Doc.LinkHtml|sub:Doc.Sub|sup:Doc.Sup|br:Doc.Br|footnote:Doc.Footnote|
  footnoteRef:Doc.FootnoteRef|renderMultiMedia:Doc.RenderMultiMedia)*
Doc.Thead ; ID:ID language styleCode align char charoff valign ; (tr:Doc.Tr)+
Doc.Tr ; ID:ID language styleCode align char charoff valign ; (th:Doc.Th|td:Doc.Td)+
AD~ ; use:set_PostalAddressUse isNotOrdered:bl ; (delimiter:adxp.delimiter|country:adxp.country|state:adxp.state|
  county:adxp.county|city:adxp.city|postalCode:adxp.postalCode|streetAddressLine:adxp.streetAddressLine|
  houseNumber:adxp.houseNumber|houseNumberNumeric:adxp.houseNumberNumeric|direction:adxp.direction|
  streetName:adxp.streetName|streetNameBase:adxp.streetNameBase|streetNameType:adxp.streetNameType|
  additionalLocator:adxp.additionalLocator|unitID:adxp.unitID|unitType:adxp.unitType|careOf:adxp.careOf|
  censusTract:adxp.censusTract|deliveryAddressLine:adxp.deliveryAddressLine|
  deliveryInstallationType:adxp.deliveryInstallationType|deliveryInstallationArea:adxp.deliveryInstallationArea|
  deliveryInstallationQualifier:adxp.deliveryInstallationQualifier|deliveryMode:adxp.deliveryMode|
  deliveryModeIdentifier:adxp.deliveryModeIdentifier|buildingNumberSuffix:adxp.buildingNumberSuffix|
  postBox:adxp.postBox|precinct:adxp.precinct)*,useablePeriod:SXCM_TS*
BL ; value:bl ;
CD ; code:cs codeSystem:uid codeSystemName codeSystemVersion displayName valueSetVersion ; originalText:ED?,
  qualifier:CR*,translation:CD*
CE ; code:cs codeSystem:uid codeSystemName codeSystemVersion displayName valueSetVersion ; originalText:ED?,
  translation:CD*
CS ; code:cs valueSetVersion ;
CV ; code:cs codeSystem:uid codeSystemName codeSystemVersion displayName valueSetVersion ; originalText:ED?
ED~ ; representation:BinaryDataEncoding mediaType:cs language:cs compression:CompressionAlgorithm integrityCheck
  integrityCheckAlgorithm:IntegrityCheckAlgorithm ; reference:TEL?,thumbnail:thumbnail?
EIVL_TS ; value:ts operator:SetOperator ; event:EIVL.event?,offset:IVL_PQ?
EN~ ; use:set_EntityNameUse ; (delimiter:en.delimiter|family:en.family|given:en.given|prefix:en.prefix|
  suffix:en.suffix)*,validTime:IVL_TS?
II ; root:uid extension assigningAuthorityName displayable:bl ;
INT ; value:int ;
IVL_INT ; value:int operator:SetOperator ; ((low:IVXB_INT,(width:INT?|high:IVXB_INT?)?)|high:IVXB_INT|(width:INT,
  high:IVXB_INT?)|(center:INT,width:INT?))?
IVL_PQ ; value:real unit:cs operator:SetOperator ; translation:PQR*,((low:IVXB_PQ,(width:PQ?|high:IVXB_PQ?)?)|
  high:IVXB_PQ|(width:PQ,high:IVXB_PQ?)|(center:PQ,width:PQ?))?
IVL_TS ; value:ts operator:SetOperator ; ((low:IVXB_TS,(width:PQ?|high:IVXB_TS?)?)|high:IVXB_TS|(width:PQ,
  high:IVXB_TS?)|(center:TS,width:PQ?))?
MO ; value:real currency:cs ;
ON~ ; use:set_EntityNameUse ; (delimiter:en.delimiter|prefix:en.prefix|suffix:en.suffix)*,validTime:IVL_TS?
PIVL_TS ; value:ts operator:SetOperator alignment:CalendarCycle institutionSpecified:bl ; phase:IVL_TS?,period:PQ?
PN~ ; use:set_EntityNameUse ; (delimiter:en.delimiter|family:en.family|given:en.given|prefix:en.prefix|
  suffix:en.suffix)*,validTime:IVL_TS?
PQ ; value:real unit:cs ; translation:PQR*
REAL ; value:real ;
RTO ; ; numerator:QTY,denominator:QTY
RTO_PQ_PQ ; ; numerator:PQ,denominator:PQ
ST~ ; representation=TXT mediaType=text/plain language:cs ;
TEL ; value:url use:set_TelecommunicationAddressUse ; useablePeriod:SXCM_TS*
TS ; value:ts ;
`;
