/** Each check of the local DMP refuses a message in which only its own point is broken. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/sandbox/authority.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Hooks, ReferenceClient } from './reference/client.ts';
import { type KeyFiles, keyFiles } from './reference/signing.ts';
import { swap } from './reference/swap.ts';

let folder: string;
let sandbox: Sandbox;
let client: ReferenceClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  sandbox = await startSandbox({ folder });
  client = new ReferenceClient(sandbox.description);
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const signKey = (): KeyFiles => sandbox.description.certificates.sign;
const authKey = (): KeyFiles => sandbox.description.certificates.auth;
const OTHER = { id: '1750000002', name: 'LABORATOIRE DES TILLEULS' };
const attributeValue = (name: string) => new RegExp(`(Name="[^"]*${name}"><saml:AttributeValue>)[^<]*`);

/** The assertion, on the lightest transaction. */
describe('the assertion', () => {
  const broken: readonly [string, string, Partial<Hooks>][] = [
    ['vihf-structure', 'version', { vihf: swap('Version="2.0"', 'Version="1.1"') }],
    [
      'vihf-structure',
      'order',
      {
        vihf: (text) =>
          text.replace(
            /(<saml:Subject>.*<\/saml:Subject>)(<saml:AuthnStatement.*<\/saml:AuthnStatement>)/,
            '$2$1',
          ),
      },
    ],
    [
      'vihf-window',
      'too old',
      { vihf: swap(/IssueInstant="[^"]*"/, 'IssueInstant="2020-01-01T00:00:00.000Z"') },
    ],
    [
      'vihf-window',
      'in the future',
      { vihf: swap(/IssueInstant="[^"]*"/, 'IssueInstant="2120-01-01T00:00:00.000Z"') },
    ],
    [
      'vihf-window',
      'over',
      {
        vihf: swap(
          '</saml:Subject>',
          '</saml:Subject><saml:Conditions NotOnOrAfter="2020-01-01T00:00:00Z"/>',
        ),
      },
    ],
    ['vihf-subject', 'nobody', { vihf: swap('<saml:NameID>810000000001', '<saml:NameID>') }],
    ['vihf-authn', 'class', { vihf: swap('SAML:2.0:ac:classes:unspecified', 'nothing') }],
    ['vihf-attributes', 'homologation number', { vihf: swap('LPS_ID_HOMOLOGATION_DMP', 'LPS_Other') }],
    ['vihf-attributes', 'software name', { vihf: swap(attributeValue('LPS_Nom'), '$1') }],
    [
      'vihf-attributes',
      'repeated',
      {
        vihf: swap(
          '<saml:Attribute Name="Ressource_URN">',
          '<saml:Attribute Name="LPS_Nom"><saml:AttributeValue>x</saml:AttributeValue></saml:Attribute><saml:Attribute Name="Ressource_URN">',
        ),
      },
    ],
    ['vihf-version', '', { vihf: swap(attributeValue('VIHF_Version'), '$12.0') }],
    ['vihf-mode', '', { vihf: swap(attributeValue('Authentification_Mode'), '$1DIRECTE') }],
    ['vihf-structure-id', '', { vihf: swap(attributeValue('Identifiant_Structure'), '$11750000002') }],
    ['vihf-sector', 'scheme', { vihf: swap('SA25^1.2.250.1.71.4.2.4', 'SA25^1.2.3') }],
    [
      'vihf-roles',
      'no specialty',
      { vihf: swap(/<saml:AttributeValue><Role[^>]*code="G"[^>]*\/><\/saml:AttributeValue>/, '') },
    ],
    [
      'vihf-roles',
      'specialty of another profession',
      { vihf: swap('1.2.250.1.71.4.2.6', '1.2.250.1.71.4.2.5') },
    ],
    ['vihf-resource-id', '', { vihf: swap('&amp;ISO^NH', '&amp;ISO^PI') }],
    ['vihf-resource-urn', '', { vihf: swap('urn:dmp', 'urn:autre') }],
    ['vihf-purpose', '', { vihf: swap('code="normal"', 'code="bris_de_glace"') }],
    [
      'vihf-issuer',
      'reversed',
      { vihf: swap(/CN=CRBIO SIGN,(OU=[^,]*),(O=[^,]*),(ST=[^,]*),C=FR/, 'C=FR,$3,$2,$1,CN=CRBIO SIGN') },
    ],
    ['vihf-issuer', 'format', { vihf: swap('X509SubjectName', 'unspecified') }],
    ['vihf-signature', 'a flipped bit', { signedVihf: swap('810000000001', '810000000011') }],
    [
      'vihf-signature',
      'a flipped bit in SignatureValue',
      { signedVihf: swap(/(<ds:SignatureValue>\s*)(.)/, '$1/') },
    ],
    [
      'vihf-signature',
      'inclusive form',
      {
        vihf: swap(
          'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
          'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
        ),
      },
    ],
    ['message-id', 'empty', { messageId: '' }],
    [
      'one-assertion',
      'none',
      { envelope: (text) => text.replace(/<saml:Assertion.*<\/saml:Assertion>/s, '') },
    ],
    [
      'one-assertion',
      'two',
      { envelope: (text) => text.replace(/(<saml:Assertion.*<\/saml:Assertion>)/s, '$1$1') },
    ],
    [
      'http-action',
      '',
      { envelope: swap(/<a:Action [^>]*>[^<]*/, '<a:Action>urn:ihe:iti:2010:UpdateDocumentSet') },
    ],
    [
      'soap',
      'version 1.1',
      {
        envelope: (text) =>
          text.replaceAll(
            'http://www.w3.org/2003/05/soap-envelope',
            'http://schemas.xmlsoap.org/soap/envelope/',
          ),
      },
    ],
    [
      'soap',
      'entities',
      { envelope: swap('<s:Envelope', '<!DOCTYPE s:Envelope [<!ENTITY a "b">]><s:Envelope') },
    ],
    ['soap', 'not well-formed', { envelope: swap('</s:Envelope>', '') }],
    [
      'rights',
      'another stored query',
      { metadata: swap('5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4', '14d4debf-8f97-4251-9a74-a90016b0af0d') },
    ],
    ['query', 'no uniqueId', { metadata: swap(/\('[\d.]+'\)/, '') }],
    ['action-path', '', { path: 'patients' }],
  ];

  it.each(broken)('%s: %s', async (check, _what, hooks) => {
    expect((await client.find('1.2.3', hooks)).check).toBe(check);
  });

  it('vihf-signature: wrapped around another assertion', async () => {
    // The signed assertion is hidden inside a forged one, which a careless reader would use instead.
    const wrap = (signed: string): string => {
      const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signed)?.[0] ?? '';
      const forged = signed.replace(/ID="[^"]*"/, 'ID="_forged"').replace('810000000001', '810000000099');
      return forged.replace(
        signature,
        signature.replace('</ds:Signature>', `<ds:Object>${signed}</ds:Object></ds:Signature>`),
      );
    };
    expect((await client.find('1.2.3', { signedVihf: wrap })).check).toBe('vihf-signature');
  });

  it('message-id: used twice', async () => {
    const messageId = 'urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301';
    expect((await client.find('1.2.3', { messageId })).check).toBeUndefined();
    expect((await client.find('1.2.3', { messageId })).check).toBe('message-id');
  });

  it('rights: a transaction closed to indirect authentication', async () => {
    expect((await client.soap('repository', 'urn:ihe:iti:2007:RetrieveDocumentSet', '<x/>')).check).toBe(
      'rights',
    );
    expect(
      (
        await client.soap(
          'habilitations',
          'urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization',
          '<x/>',
        )
      ).check,
    ).toBe('rights');
  });

  it.each([
    ['the TLS certificate', () => authKey()],
    [
      'a certificate that has expired',
      async () =>
        keyFiles(
          folder,
          'expired',
          await sandbox.authority.issue(
            { kind: 'ORG_SIGN', organisation: sandbox.description.organisation, commonName: 'CRBIO SIGN' },
            { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') },
          ),
        ),
    ],
    [
      'a certificate of another authority',
      async () =>
        keyFiles(
          folder,
          'foreign',
          await (await createAuthority(new Date())).issue({
            kind: 'ORG_SIGN',
            organisation: sandbox.description.organisation,
            commonName: 'CRBIO SIGN',
          }),
        ),
    ],
    [
      'a revoked certificate',
      async () => {
        const credential = await sandbox.authority.issue({
          kind: 'ORG_SIGN',
          organisation: sandbox.description.organisation,
          commonName: 'CRBIO SIGN',
        });
        sandbox.authority.revoke(credential.certificate);
        return keyFiles(folder, 'revoked', credential);
      },
    ],
  ])('vihf-certificate: signed with %s', async (_what, key) => {
    const answer = await client.find('1.2.3', { vihfKey: await key() });
    expect(answer).toMatchObject({ status: 500, check: 'vihf-certificate', code: 'DMPInvalidCertificate' });
  });

  it('vihf-certificate-structure: signed for another structure', async () => {
    const key = keyFiles(
      folder,
      'other',
      await sandbox.authority.issue({ kind: 'ORG_SIGN', organisation: OTHER, commonName: 'CRBIO SIGN' }),
    );
    expect((await client.find('1.2.3', { vihfKey: key })).check).toBe('vihf-certificate-structure');
  });
});

describe('TLS', () => {
  const identity = { kind: 'ORG_AUTH_CLI', organisation: OTHER, commonName: 'CRBIO AUTH' } as const;

  it.each([
    ['of type SIGN', async () => signKey()],
    [
      'expired',
      async () =>
        keyFiles(
          folder,
          'tls-expired',
          await sandbox.authority.issue(identity, {
            notBefore: new Date('2020-01-01'),
            notAfter: new Date('2021-01-01'),
          }),
        ),
    ],
    [
      'of another authority',
      async () => keyFiles(folder, 'tls-foreign', await (await createAuthority(new Date())).issue(identity)),
    ],
    [
      'revoked',
      async () => {
        const credential = await sandbox.authority.issue(identity);
        sandbox.authority.revoke(credential.certificate);
        return keyFiles(folder, 'tls-revoked', credential);
      },
    ],
  ])('tls-client-certificate: %s', async (_what, key) => {
    await expect(client.find('1.2.3', { auth: await key() })).rejects.toThrow();
    const journal = (await (await fetch(`${sandbox.description.control}/journal`)).json()) as {
      reason?: string;
    }[];
    expect(journal.at(-1)?.reason).toBe('tls-client-certificate');
  });

  it('vihf-structure-id: the TLS certificate is of another structure', async () => {
    const auth = keyFiles(folder, 'tls-other', await sandbox.authority.issue(identity));
    expect((await client.find('1.2.3', { auth })).check).toBe('vihf-structure-id');
  });
});

describe('the deposit', () => {
  const DOC_HASH = /(name="hash"><rim:ValueList><rim:Value>)./;
  const broken: readonly [string, string, Partial<Hooks>][] = [
    [
      'mtom',
      'base64 part',
      { mime: swap('Content-Transfer-Encoding: binary', 'Content-Transfer-Encoding: base64') },
    ],
    ['mtom', 'cut', { mime: swap('--b1--', '') }],
    ['mtom', 'start', { contentType: swap('start="<root@lab>"', 'start="<none@lab>"') }],
    ['cid', 'absent', { mime: swap('Content-ID: <doc1@lab>', 'Content-ID: <doc9@lab>') }],
    ['cid', 'unused', { mime: swap('--b1--', '--b1\r\nContent-ID: <more@lab>\r\n\r\nx\r\n--b1--') }],
    [
      'provide-request',
      '',
      { envelope: (text) => text.replaceAll('x:ProvideAndRegisterDocumentSetRequest', 'x:Other') },
    ],
    ['document-present', '', { envelope: swap('<x:Document id="Doc01">', '<x:Document id="Doc02">') }],
    [
      'metadata-structure',
      'no set',
      { metadata: (text) => text.replace(/<rim:RegistryPackage.*<\/rim:RegistryPackage>/, '') },
    ],
    ['ids-unique', '', { metadata: swap(/ExternalIdentifier id="i\d+"/, 'ExternalIdentifier id="Doc01"') }],
    ['references', '', { metadata: swap('classifiedObject="Doc01"', 'classifiedObject="Signature01"') }],
    [
      'submission-set',
      'submissionTime',
      { metadata: swap(/(submissionTime"><rim:ValueList><rim:Value>\d{8})\d+/, '$1') },
    ],
    [
      'submission-set',
      'marker',
      { metadata: swap('a54d6aa5-d40d-43f9-88c5-b4633d873bdd', 'a54d6aa5-d40d-43f9-88c5-b4633d873bde') },
    ],
    ['submission-set', 'contentTypeCode scheme', { metadata: swap('1.2.250.1.213.2.2', '1.2.3') }],
    ['submission-set', 'sourceId', { metadata: swap('value="1.2.250.1.999.1"', 'value="labo"') }],
    ['set-patient-id', '', { metadata: swap('279035121518989^^^', '185067511204257^^^') }],
    [
      'submission-unique-id',
      'used twice',
      {
        metadata: (text) => {
          const uniqueId =
            /value="([\d.]+)"><rim:Name><rim:LocalizedString charset="UTF8" xml:lang="FR" value="XDSDocumentEntry.uniqueId"/.exec(
              text,
            )?.[1];
          return text.replace(
            /value="[\d.]+"(><rim:Name><rim:LocalizedString charset="UTF8" xml:lang="FR" value="XDSSubmissionSet.uniqueId")/,
            `value="${uniqueId}"$1`,
          );
        },
      },
    ],
    [
      'associations',
      'no HasMember',
      {
        metadata: swap(
          /<rim:Association (?=[^>]*HasMember[^>]*targetObject="Doc01").*?<\/rim:Association>/,
          '',
        ),
      },
    ],
    ['associations', 'not original', { metadata: swap('>Original<', '>Reference<') }],
    [
      'lot-signs',
      '',
      { metadata: swap(/<rim:Association [^>]*AssociationType:signs".*?<\/rim:Association>/, '') },
    ],
    ['entry-required', 'language', { metadata: swap('name="languageCode"', 'name="other"') }],
    [
      'entry-required',
      'format',
      { metadata: swap('a09d5840-386c-46f2-b5ad-9c3699a4309d', 'a09d5840-386c-46f2-b5ad-9c3699a4309e') },
    ],
    [
      'entry-grammar',
      'XCN',
      { metadata: swap(/(legalAuthenticator"><rim:ValueList><rim:Value>[^<]*)IDNPS/, '$1RPPS') },
    ],
    [
      'entry-grammar',
      'local time',
      { metadata: swap(/(serviceStartTime"><rim:ValueList><rim:Value>\d+)/, '$1+0100') },
    ],
    ['entry-grammar', 'mimeType', { metadata: swap('mimeType="text/xml"', 'mimeType="text/plain"') }],
    [
      'entry-values',
      'code',
      { metadata: swap('nodeRepresentation="11502-2"', 'nodeRepresentation="11502-3"') },
    ],
    [
      'entry-values',
      'scheme',
      { metadata: swap('<rim:Value>1.2.250.1.213.1.1.4.1<', '<rim:Value>1.2.250.1.213.1.1.4.2<') },
    ],
    ['entry-confidentiality', 'unknown mask', { masks: ['MASQUE_TOUT'] }],
    ['cumul', '', { masks: ['MASQUE_PS', 'INVISIBLE_PATIENT'] }],
    [
      'patient-id',
      '',
      {
        metadata: (text) =>
          text.replace(/(registryObject="Doc01" [^>]*value=")279035121518989/, '$1185067511204257'),
      },
    ],
    [
      'unique-id-form',
      '',
      { metadata: swap(/(registryObject="Signature01" [^>]*2e82c1f6[^>]*value=")1\.2/, '$12.25.0x') },
    ],
    ['time-order', '', { metadata: swap(/(submissionTime"><rim:ValueList><rim:Value>)\d{4}/, '$12020') }],
    ['size', '', { metadata: swap(/(name="size"><rim:ValueList><rim:Value>)/, '$11') }],
    ['hash', 'of the metadata', { metadata: swap(DOC_HASH, '$1g') }],
    ['hash', 'of the bytes', { sentCda: swap('Glycémie', 'Glycémia') }],
    ['cda', 'no document', { cda: () => '<autre/>' }],
    ['cda', 'not well-formed', { sentCda: swap('</ClinicalDocument>', '') }],
    [
      'cda-id',
      'extension',
      { cda: swap(/<id root="(1\.2\.250\.1\.999\.7[\d.]+)"/, '<id root="$1" extension="1"') },
    ],
    [
      'cda-id',
      'another',
      { cda: swap(/<id root="1\.2\.250\.1\.999\.7[\d.]+"/, '<id root="1.2.250.1.999.7.5"') },
    ],
    [
      'cda-confidentiality',
      '',
      { cda: swap('<confidentialityCode code="N"', '<confidentialityCode code="R"') },
    ],
    ['cda-patient', '', { cda: swap('extension="279035121518989"', 'extension="185067511204257"') }],
    ['cda-header', 'title', { cda: swap('<title>Compte', '<title>Conte') }],
    ['cda-header', 'effectiveTime', { cda: swap(/(<effectiveTime value="\d+)\+0100/, '$1+0000') }],
    ['cda-header', 'service start', { cda: swap(/<low value="\d{4}/, '<low value="2020') }],
    ['cda-header', 'author', { cda: swap('<family>MARTIN</family>', '<family>MERLIN</family>') }],
    ['cda-header', 'author institution', { cda: swap('extension="1750000001"', 'extension="1750000009"') }],
    ['cda-header', 'author specialty', { cda: swap('code="G15_21/G"', 'code="G15_10/SM03"') }],
    [
      'cda-header',
      'legalAuthenticator',
      { cda: (text) => text.replace(/(<legalAuthenticator>.*?extension=")810000000001/s, '$1810000000002') },
    ],
    ['cda-header', 'facility', { cda: swap('code="SA25"', 'code="SA29"') }],
    ['cda-header', 'practice setting', { cda: swap('code="AMBULATOIRE"', 'code="HAD"') }],
    ['cda-header', 'language', { cda: swap('fr-FR', 'fr-BE') }],
    ['cda-header', 'event', { cda: swap('code="18719-5"', 'code="18723-7"') }],
    ['cda-header', 'local identifier', { cda: swap('extension="P0001"', 'extension="P0002"') }],
    ['cda-header', 'birth date', { cda: swap('birthTime value="19790328"', 'birthTime value="19790329"') }],
    [
      'lot-entry',
      'masks',
      {
        metadata: (text) =>
          text.replace(
            /(.*classifiedObject="Signature01" nodeRepresentation=")MASQUE_PS/s,
            '$1INVISIBLE_REPRESENTANTS_LEGAUX',
          ),
      },
    ],
    ['lot-entry', 'language', { metadata: swap('<rim:Value>art<', '<rim:Value>fr-FR<') }],
    ['lot-entry', 'typeCode', { metadata: swap('nodeRepresentation="E1762"', 'nodeRepresentation="E1763"') }],
    [
      'lot-signature',
      'a flipped bit',
      { signedLot: swap('SignaturePolicyImplied/', 'SignaturePolicyImplied x=""/') },
    ],
    [
      'lot-signature',
      'no properties',
      { lotTemplate: swap(/<Reference Type="http:\/\/uri.etsi[^>]*>.*?<\/Reference>/, '') },
    ],
    [
      'lot-signature',
      'without comments',
      { lotTemplate: swap('20010315#WithComments"/><SignatureMethod', '20010315"/><SignatureMethod') },
    ],
    ['lot-properties', 'certificate digest', { lotTemplate: swap(/(<DigestValue xmlns="[^"]*">)./, '$1_') }],
    ['lot-properties', 'serial', { lotTemplate: swap(/(<X509SerialNumber[^>]*>)/, '$11') }],
    ['lot-properties', 'policy', { lotTemplate: swap('<SignaturePolicyImplied/>', '') }],
    [
      'lot-manifest',
      'one too many',
      {
        lotTemplate: swap(
          '</Manifest>',
          '<Reference URI="urn:oid:1.2.3"><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><DigestValue>AA==</DigestValue></Reference></Manifest>',
        ),
      },
    ],
    ['lot-manifest', 'digest of the lot', { lotTemplate: swap('AA==', 'AQ==') }],
    [
      'lot-digest',
      '',
      {
        lotTemplate: swap(
          /(<Reference URI="urn:oid:[\d.]+"><Transforms>.*?<DigestValue>)[^<]+/,
          '$1AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        ),
      },
    ],
    [
      'lot-certificate',
      'of type AUTH',
      {
        get lotKey() {
          return authKey();
        },
      },
    ],
    [
      'cda-replacement',
      'unknown target',
      { replaces: { uniqueId: '1.2.3', entryUuid: 'urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301' } },
    ],
  ];

  it.each(broken)('%s: %s', async (check, _what, hooks) => {
    expect((await client.deposit(hooks)).check).toBe(check);
  });

  it('mtom: a deposit without it', async () => {
    const action = 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b';
    expect((await client.soap('repository', action, '<x/>')).check).toBe('mtom');
  });

  it('cda-replacement: relatedDocument names another document', async () => {
    const first = client.buildDeposit();
    await first.send();
    const entryUuid = (await client.find(first.documentId)).found[0] ?? '';
    expect((await client.deposit({ replaces: { uniqueId: '1.2.3', entryUuid } })).check).toBe(
      'cda-replacement',
    );
  });

  it('replacement: a document of another patient', async () => {
    const first = client.buildDeposit({ patient: '185067511204257' });
    expect((await first.send()).check).toBeUndefined();
    const entryUuid = (await client.find(first.documentId, { patient: '185067511204257' })).found[0] ?? '';
    expect((await client.deposit({ replaces: { uniqueId: first.documentId, entryUuid } })).check).toBe(
      'replacement',
    );
  });

  it('notes as a deviation, and accepts, what nobody specified', async () => {
    const noHash = (text: string): string =>
      text.replace(/<rim:Slot name="(?:hash|size)">.*?<\/rim:Slot>/g, '');
    expect((await client.deposit({ metadata: noHash })).check).toBeUndefined();
    const journal = (await (await fetch(`${sandbox.description.control}/journal`)).json()) as {
      ecarts: { check: string }[];
    }[];
    expect(journal.at(-1)?.ecarts.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['hash', 'size']),
    );
  });
});

describe('deletion', () => {
  const deposited = async (): Promise<string> => {
    const deposit = client.buildDeposit();
    await deposit.send();
    return (await client.find(deposit.documentId)).found[0] ?? '';
  };

  it.each([
    ['rights', 'another status than Deleted', swap('StatusType:Deleted', 'StatusType:Archived')],
    ['rights', 'a change of metadata', swap('UpdateAvailabilityStatus', 'HasMember')],
    ['delete-status', 'not the present status', swap('StatusType:Approved', 'StatusType:Deprecated')],
    [
      'delete-target',
      'unknown',
      swap(/targetObject="[^"]*"/, 'targetObject="urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"'),
    ],
  ])('%s: %s', async (check, _what, metadata) => {
    expect((await client.delete(await deposited(), { metadata })).check).toBe(check);
  });

  it('delete-structure: deposited by another structure', async () => {
    const target = await deposited();
    const identity = { organisation: OTHER, commonName: 'CRBIO SIGN' } as const;
    const auth = keyFiles(
      folder,
      'delete-auth',
      await sandbox.authority.issue({ kind: 'ORG_AUTH_CLI', ...identity }),
    );
    const vihfKey = keyFiles(
      folder,
      'delete-sign',
      await sandbox.authority.issue({ kind: 'ORG_SIGN', ...identity }),
    );
    const vihf = (text: string): string => text.replaceAll('1750000001', OTHER.id);
    expect((await client.delete(target, { auth, vihfKey, vihf })).check).toBe('delete-structure');
  });
});

describe('the existence test', () => {
  it.each([
    ['existence-request', swap('TEST_EXST', 'AUTRE')],
    ['existence-patient', swap('279035121518989', '185067511204257')],
  ])('%s', async (check, metadata) => {
    expect((await client.exists('279035121518989', { metadata })).check).toBe(check);
  });
});
