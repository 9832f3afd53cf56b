<?xml version="1.0" encoding="UTF-8"?>
<!--
  Feuille de style du compte rendu, XSLT 1.0. crbio l'enferme dans chaque document : elle ne lit rien d'extérieur
  (ni script, ni inclusion, ni fonction document) et montre tout l'en-tête et tout le texte lisible, rien d'autre.
  Couleurs et mise en page : report.css.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:data="urn:asip-sante:ci-sis"
  xmlns:c="urn:hl7-org:v3" xmlns:lab="urn:oid:1.3.6.1.4.1.19376.1.3.2" exclude-result-prefixes="data c lab">
  <xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>
  <xsl:key name="media" match="c:observationMedia" use="@ID"/>

  <xsl:template match="/">
    <html lang="fr">
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title><xsl:value-of select="//c:ClinicalDocument/c:title"/></title>
        <style><?crbio-css report.css?></style>
      </head>
      <body>
        <xsl:apply-templates select="//c:ClinicalDocument[1]"/>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="c:ClinicalDocument">
    <xsl:variable name="act" select="c:documentationOf[1]/c:serviceEvent"/>
    <xsl:variable name="performer" select="$act/c:performer/c:assignedEntity"/>
    <header class="lettre">
      <div class="laboratoire">
        <p class="nom"><xsl:value-of select="c:custodian//c:representedCustodianOrganization/c:name"/></p>
        <p>
          <xsl:call-template name="address"><xsl:with-param name="addr" select="$performer/c:representedOrganization/c:addr"/></xsl:call-template>
        </p>
        <p><xsl:call-template name="telecoms"><xsl:with-param name="telecoms" select="$performer/c:representedOrganization/c:telecom"/></xsl:call-template></p>
        <p>
          <xsl:text>Biologiste responsable : </xsl:text>
          <xsl:call-template name="person"><xsl:with-param name="name" select="$performer/c:assignedPerson/c:name"/></xsl:call-template>
        </p>
      </div>
      <div class="document">
        <h1><xsl:value-of select="c:title"/></h1>
        <p>
          <xsl:text>Édité le </xsl:text>
          <xsl:call-template name="date"><xsl:with-param name="value" select="c:effectiveTime/@value"/></xsl:call-template>
          <xsl:text> · version </xsl:text>
          <xsl:value-of select="c:versionNumber/@value"/>
        </p>
        <xsl:if test="$act/lab:statusCode/@code = 'active'"><p class="alerte">Résultats partiels</p></xsl:if>
        <xsl:for-each select="c:relatedDocument[@typeCode = 'RPLC']/c:parentDocument">
          <p class="alerte">
            <xsl:text>Annule et remplace</xsl:text>
            <xsl:if test="c:versionNumber"><xsl:text> la version </xsl:text><xsl:value-of select="c:versionNumber/@value"/></xsl:if>
          </p>
          <p class="discret"><xsl:text>Document remplacé : </xsl:text><xsl:value-of select="c:id/@root"/></p>
        </xsl:for-each>
        <xsl:if test="c:confidentialityCode/@code != 'N'"><p class="alerte"><xsl:value-of select="c:confidentialityCode/@displayName"/></p></xsl:if>
      </div>
    </header>

    <div class="identites">
      <xsl:apply-templates select="c:recordTarget/c:patientRole"/>
      <section class="cadre" aria-label="Demande">
        <h2>Demande</h2>
        <dl>
          <xsl:for-each select="c:participant[@typeCode = 'REF']">
            <dt>Prescripteur</dt>
            <dd>
              <xsl:call-template name="person"><xsl:with-param name="name" select="c:associatedEntity/c:associatedPerson/c:name"/></xsl:call-template>
              <xsl:if test="c:time/c:high/@value">
                <xsl:text>, ordonnance du </xsl:text>
                <xsl:call-template name="date"><xsl:with-param name="value" select="c:time/c:high/@value"/></xsl:call-template>
              </xsl:if>
            </dd>
          </xsl:for-each>
          <xsl:if test="$act/c:id/@extension"><dt>Dossier</dt><dd><xsl:value-of select="$act/c:id/@extension"/></dd></xsl:if>
          <xsl:if test="c:inFulfillmentOf/c:order/c:id/@extension"><dt>Prescription</dt><dd><xsl:value-of select="c:inFulfillmentOf/c:order/c:id/@extension"/></dd></xsl:if>
          <xsl:if test="c:componentOf/c:encompassingEncounter/c:effectiveTime/c:low/@value">
            <dt>Prélevé le</dt>
            <dd><xsl:call-template name="date"><xsl:with-param name="value" select="c:componentOf/c:encompassingEncounter/c:effectiveTime/c:low/@value"/></xsl:call-template></dd>
          </xsl:if>
          <xsl:for-each select="c:participant[@typeCode = 'PRF']">
            <dt>Préleveur</dt>
            <dd><xsl:call-template name="person"><xsl:with-param name="name" select="c:associatedEntity/c:associatedPerson/c:name"/></xsl:call-template></dd>
          </xsl:for-each>
          <xsl:if test="$act/c:effectiveTime/c:low/@value">
            <dt>Reçu le</dt>
            <dd><xsl:call-template name="date"><xsl:with-param name="value" select="$act/c:effectiveTime/c:low/@value"/></xsl:call-template></dd>
          </xsl:if>
          <xsl:if test="c:informationRecipient">
            <dt>Destinataires</dt>
            <dd>
              <xsl:for-each select="c:informationRecipient/c:intendedRecipient">
                <xsl:if test="position() &gt; 1"><xsl:text>, </xsl:text></xsl:if>
                <xsl:call-template name="person"><xsl:with-param name="name" select="c:informationRecipient/c:name"/></xsl:call-template>
                <xsl:if test="not(c:informationRecipient)"><xsl:value-of select="c:receivedOrganization/c:name"/></xsl:if>
                <xsl:if test="c:telecom/@value">
                  <xsl:text> (</xsl:text>
                  <xsl:call-template name="telecoms"><xsl:with-param name="telecoms" select="c:telecom"/></xsl:call-template>
                  <xsl:text>)</xsl:text>
                </xsl:if>
              </xsl:for-each>
            </dd>
          </xsl:if>
          <xsl:for-each select="c:authenticator">
            <dt>Validé par</dt>
            <dd>
              <xsl:call-template name="person"><xsl:with-param name="name" select="c:assignedEntity/c:assignedPerson/c:name"/></xsl:call-template>
              <xsl:text> le </xsl:text>
              <xsl:call-template name="date"><xsl:with-param name="value" select="c:time/@value"/></xsl:call-template>
            </dd>
          </xsl:for-each>
          <xsl:for-each select="c:legalAuthenticator">
            <dt>Signataire</dt>
            <dd><xsl:call-template name="person"><xsl:with-param name="name" select="c:assignedEntity/c:assignedPerson/c:name"/></xsl:call-template></dd>
          </xsl:for-each>
        </dl>
      </section>
    </div>

    <main><xsl:apply-templates select="c:component/c:structuredBody/c:component/c:section"/></main>
    <footer>
      <xsl:text>Document </xsl:text><xsl:value-of select="c:id/@root"/>
      <xsl:text> · ensemble de versions </xsl:text><xsl:value-of select="c:setId/@root"/>
    </footer>
  </xsl:template>

  <xsl:template match="c:patientRole">
    <xsl:variable name="name" select="c:patient/c:name"/>
    <xsl:variable name="ins" select="c:id[starts-with(@root, '1.2.250.1.213.1.4.')]"/>
    <section class="cadre patient" aria-label="Patient">
      <h2>Patient</h2>
      <p class="nom">
        <xsl:value-of select="$name/c:family[@qualifier = 'BR']"/>
        <xsl:text> </xsl:text>
        <xsl:value-of select="$name/c:given[@qualifier = 'BR' or not(@qualifier)][last()]"/>
      </p>
      <dl>
        <xsl:if test="$name/c:given[not(@qualifier)]"><dt>Prénoms de naissance</dt><dd><xsl:value-of select="$name/c:given[not(@qualifier)]"/></dd></xsl:if>
        <xsl:if test="$name/c:*[@qualifier = 'CL']">
          <dt>Nom et prénom utilisés</dt>
          <dd><xsl:value-of select="$name/c:family[@qualifier = 'CL']"/><xsl:text> </xsl:text><xsl:value-of select="$name/c:given[@qualifier = 'CL']"/></dd>
        </xsl:if>
        <dt>Né(e) le</dt>
        <dd>
          <xsl:call-template name="date"><xsl:with-param name="value" select="c:patient/c:birthTime/@value"/></xsl:call-template>
        </dd>
        <xsl:for-each select="c:patient/c:birthplace/c:place/c:addr[string(c:city) != '' or string(c:county) != '']">
          <dt>Lieu de naissance</dt>
          <dd>
            <xsl:choose>
              <xsl:when test="string(c:county) = ''"><xsl:value-of select="c:city"/></xsl:when>
              <xsl:when test="string(c:city) = ''"><xsl:value-of select="concat('code INSEE&#160;', c:county)"/></xsl:when>
              <xsl:otherwise><xsl:value-of select="concat(c:city, ' (', c:county, ')')"/></xsl:otherwise>
            </xsl:choose>
          </dd>
        </xsl:for-each>
        <dt>Sexe</dt>
        <dd><xsl:value-of select="c:patient/c:administrativeGenderCode/@displayName"/></dd>
        <xsl:if test="$ins">
          <dt>Matricule INS</dt>
          <dd class="ins">
            <xsl:value-of select="$ins/@extension"/>
            <xsl:choose>
              <xsl:when test="$ins/@root = '1.2.250.1.213.1.4.9'"><xsl:text> (NIA)</xsl:text></xsl:when>
              <xsl:otherwise><xsl:text> (NIR)</xsl:text></xsl:otherwise>
            </xsl:choose>
          </dd>
        </xsl:if>
        <xsl:for-each select="c:id[not(starts-with(@root, '1.2.250.1.213.1.4.'))]"><dt>N° patient</dt><dd><xsl:value-of select="@extension"/></dd></xsl:for-each>
        <xsl:if test="c:addr[not(@nullFlavor)]">
          <dt>Adresse</dt>
          <dd><xsl:call-template name="address"><xsl:with-param name="addr" select="c:addr"/></xsl:call-template></dd>
        </xsl:if>
        <xsl:if test="c:telecom/@value">
          <dt>Contact</dt>
          <dd><xsl:call-template name="telecoms"><xsl:with-param name="telecoms" select="c:telecom"/></xsl:call-template></dd>
        </xsl:if>
      </dl>
    </section>
  </xsl:template>

  <xsl:template name="person">
    <xsl:param name="name"/>
    <xsl:choose>
      <xsl:when test="$name/c:suffix = 'DR'"><xsl:text>Dr </xsl:text></xsl:when>
      <xsl:when test="$name/c:suffix = 'PR'"><xsl:text>Pr </xsl:text></xsl:when>
      <xsl:when test="$name/c:prefix = 'MME'"><xsl:text>Mme </xsl:text></xsl:when>
      <xsl:when test="$name/c:prefix"><xsl:value-of select="$name/c:prefix"/><xsl:text> </xsl:text></xsl:when>
    </xsl:choose>
    <xsl:if test="$name/c:given"><xsl:value-of select="$name/c:given"/><xsl:text> </xsl:text></xsl:if>
    <xsl:value-of select="$name/c:family"/>
  </xsl:template>

  <xsl:template name="address">
    <xsl:param name="addr"/>
    <xsl:for-each select="$addr[1]/c:*">
      <xsl:if test="position() &gt; 1"><xsl:text>, </xsl:text></xsl:if>
      <xsl:value-of select="."/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="telecoms">
    <xsl:param name="telecoms"/>
    <xsl:for-each select="$telecoms[@value]">
      <xsl:if test="position() &gt; 1"><xsl:text>, </xsl:text></xsl:if>
      <xsl:call-template name="telecom"><xsl:with-param name="value" select="substring-after(@value, ':')"/></xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <!-- +33100000001 → 01 00 00 00 01, outre-mer compris ; un autre numéro ou une adresse : tel quel -->
  <xsl:template name="telecom">
    <xsl:param name="value"/>
    <xsl:variable name="national">
      <xsl:choose>
        <xsl:when test="starts-with($value, '+33')"><xsl:value-of select="concat('0', substring($value, 4))"/></xsl:when>
        <xsl:when test="contains('+262+590+594+596', substring($value, 1, 4))"><xsl:value-of select="concat('0', substring($value, 5))"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$value"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="string-length($national) = 10 and starts-with($national, '0') and translate($national, '0123456789', '') = ''">
        <xsl:value-of select="concat(substring($national, 1, 2), '&#160;', substring($national, 3, 2), '&#160;', substring($national, 5, 2), '&#160;', substring($national, 7, 2), '&#160;', substring($national, 9, 2))"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$value"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- AAAAMMJJ[HHMM…] → JJ/MM/AAAA[ à HH:MM] -->
  <xsl:template name="date">
    <xsl:param name="value"/>
    <xsl:if test="string-length($value) &gt;= 8"><xsl:value-of select="concat(substring($value, 7, 2), '/')"/></xsl:if>
    <xsl:if test="string-length($value) &gt;= 6"><xsl:value-of select="concat(substring($value, 5, 2), '/')"/></xsl:if>
    <xsl:value-of select="substring($value, 1, 4)"/>
    <xsl:if test="string-length($value) &gt;= 12"><xsl:value-of select="concat(' à ', substring($value, 9, 2), ':', substring($value, 11, 2))"/></xsl:if>
  </xsl:template>

  <!-- Corps : titres et texte lisible -->
  <xsl:template match="c:section">
    <section>
      <xsl:attribute name="class">
        <xsl:choose>
          <xsl:when test="c:code/@code = '55112-7'">commentaire</xsl:when>
          <xsl:when test="parent::c:component/parent::c:section">sous-chapitre</xsl:when>
          <xsl:otherwise>chapitre</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:choose>
        <xsl:when test="parent::c:component/parent::c:section"><h3><xsl:value-of select="c:title"/></h3></xsl:when>
        <xsl:otherwise><h2><xsl:value-of select="c:title"/></h2></xsl:otherwise>
      </xsl:choose>
      <xsl:apply-templates select="c:text"/>
      <xsl:apply-templates select="c:component/c:section"/>
    </section>
  </xsl:template>

  <xsl:template match="c:text"><xsl:apply-templates mode="texte"/></xsl:template>

  <xsl:template match="c:paragraph" mode="texte"><p><xsl:apply-templates select="@ID|node()" mode="texte"/></p></xsl:template>
  <xsl:template match="c:list" mode="texte">
    <xsl:choose>
      <xsl:when test="@listType = 'ordered'"><ol><xsl:apply-templates mode="texte"/></ol></xsl:when>
      <xsl:otherwise><ul><xsl:apply-templates mode="texte"/></ul></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="c:item" mode="texte"><li><xsl:apply-templates select="@ID|node()" mode="texte"/></li></xsl:template>
  <xsl:template match="c:br" mode="texte"><br/></xsl:template>
  <xsl:template match="c:sub" mode="texte"><sub><xsl:apply-templates mode="texte"/></sub></xsl:template>
  <xsl:template match="c:sup" mode="texte"><sup><xsl:apply-templates mode="texte"/></sup></xsl:template>
  <xsl:template match="c:content" mode="texte">
    <span><xsl:call-template name="style"/><xsl:apply-templates select="@ID|node()" mode="texte"/></span>
  </xsl:template>
  <xsl:template match="c:linkHtml|c:footnote|c:footnoteRef" mode="texte"><xsl:apply-templates mode="texte"/></xsl:template>

  <xsl:template match="c:table" mode="texte"><div class="tableau"><table><xsl:apply-templates mode="texte"/></table></div></xsl:template>
  <xsl:template match="c:caption|c:thead|c:tbody|c:tfoot|c:tr" mode="texte">
    <xsl:element name="{local-name()}"><xsl:apply-templates select="@ID|node()" mode="texte"/></xsl:element>
  </xsl:template>
  <xsl:template match="c:th|c:td" mode="texte">
    <xsl:element name="{local-name()}">
      <xsl:if test="@colspan"><xsl:attribute name="colspan"><xsl:value-of select="@colspan"/></xsl:attribute></xsl:if>
      <xsl:if test="@rowspan"><xsl:attribute name="rowspan"><xsl:value-of select="@rowspan"/></xsl:attribute></xsl:if>
      <xsl:call-template name="style"/>
      <xsl:apply-templates select="@ID|node()" mode="texte"/>
    </xsl:element>
  </xsl:template>

  <xsl:template match="@ID" mode="texte"><xsl:attribute name="id"><xsl:value-of select="."/></xsl:attribute></xsl:template>
  <xsl:template match="text()" mode="texte"><xsl:value-of select="."/></xsl:template>

  <!-- Seuls les styles connus passent : le texte du document ne choisit pas ses classes. -->
  <xsl:template name="style">
    <xsl:variable name="class">
      <xsl:if test="contains(@styleCode, 'Bold')">gras </xsl:if>
      <xsl:if test="contains(@styleCode, 'Italics')">italique </xsl:if>
      <xsl:if test="contains(@styleCode, 'Underline')">souligne </xsl:if>
      <xsl:if test="contains(@styleCode, 'xFixe')">fixe </xsl:if>
      <xsl:if test="contains(@styleCode, 'xDetail')">detail </xsl:if>
    </xsl:variable>
    <xsl:if test="string($class) != ''"><xsl:attribute name="class"><xsl:value-of select="normalize-space($class)"/></xsl:attribute></xsl:if>
  </xsl:template>

  <!-- Documents et images, pris dans le document lui-même -->
  <xsl:template match="c:renderMultiMedia" mode="texte">
    <xsl:for-each select="key('media', @referencedObject)/c:value[@representation = 'B64']">
      <xsl:choose>
        <xsl:when test="@mediaType = 'image/png' or @mediaType = 'image/jpeg' or @mediaType = 'image/gif'">
          <img alt="" src="data:{@mediaType};base64,{normalize-space(.)}"/>
        </xsl:when>
        <xsl:when test="@mediaType = 'application/pdf'">
          <a class="piece" download="{../@ID}.pdf" href="data:application/pdf;base64,{normalize-space(.)}">Ouvrir le PDF</a>
        </xsl:when>
      </xsl:choose>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
