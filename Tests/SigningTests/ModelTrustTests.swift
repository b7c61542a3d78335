import CertificateAuthority
import Foundation
import Privacy
import Testing
import Transport
import Wire
import X509

@testable import Signing

@Suite struct ModelTrustTests {
    let root: Forge.Holder
    let trust: ModelTrust

    init() throws {
        self.root = try Forge.root()
        self.trust = try ModelTrust(pem: try self.root.pem)
    }

    private func verify(
        _ signature: [UInt8], of files: [String: Digest] = Forge.files, now: Date = Forge.noon
    ) async throws -> Provenance {
        try await self.trust.verify(signature, of: files, now: now)
    }

    private func refusal(
        _ signature: [UInt8], of files: [String: Digest] = Forge.files, now: Date = Forge.noon
    ) async -> SigningError? {
        await #expect(throws: SigningError.self) {
            try await self.verify(signature, of: files, now: now)
        }
    }

    @Test func `what a head signs verifies, and says who signed it, when and what`() async throws {
        let head = try Forge.issue(by: self.root)
        let proved = try await self.verify(try Forge.sign(as: head))
        #expect(proved.signer.uri == "spiffe://north/head/head-1")
        #expect(proved.statement == (try Forge.statement()))
        #expect(proved.statement.signedAt == Forge.noon)
    }

    @Test func `what the authority's tool issues to a head signs, and to others does not`()
        async throws
    {
        var chance = SystemRandomNumberGenerator()
        let authority = try Authority(cluster: "north", now: Date(), using: &chance)
        let trust = try ModelTrust(pem: try authority.certificatePEM)
        for role in Role.allCases {
            let issued = try authority.issue(
                CertificateRequest(
                    for: try authority.identity(role, "a1"),
                    serverNames: role == .head ? [try ServerName(host: "head.example")] : []),
                now: Date(), using: &chance)
            let credentials = try Credentials(
                authority: try authority.certificatePEM, certificate: issued.certificatePEM,
                key: issued.keyPEM)
            if role == .head {
                let signature = try ModelSigner(credentials)
                    .sign(try Forge.statement(signedAt: Date()))
                let proved = try await trust.verify(signature, of: Forge.files, now: Date())
                #expect(proved.signer == credentials.identity)
                #expect(proved.serial == credentials.serial)
            } else {
                #expect(throws: SigningError(.unsuitable, "")) { try ModelSigner(credentials) }
            }
        }
    }

    @Test func `a head whose certificate is not for signing is told so before it signs`() throws {
        for wish in [
            Forge.Wish(extended: [.serverAuth, .clientAuth]), .member(.worker), .member(.operator),
        ] {
            let holder = try Forge.issue(wish, by: self.root)
            let credentials = try Credentials(
                authority: try self.root.pem, certificate: try holder.pem,
                key: Private(holder.key.pemRepresentation), now: Forge.noon)
            let error = #expect(throws: SigningError.self) { try ModelSigner(credentials) }
            #expect(error?.code == .unsuitable)
        }
    }

    // MARK: Files

    @Test func `a file that is altered, removed, added or renamed is refused and named`()
        async throws
    {
        let signature = try Forge.sign(as: try Forge.issue(by: self.root))
        var altered = Forge.files
        altered["manifest.json"] = Forge.digest("Manifest")
        var removed = Forge.files
        removed["weights.safetensors"] = nil
        var added = Forge.files
        added["pickle.pkl"] = Forge.digest("import os")
        var renamed = removed
        renamed["weights.bin"] = Forge.files["weights.safetensors"]
        var swapped = Forge.files
        swapped["manifest.json"] = Forge.files["weights.safetensors"]
        swapped["weights.safetensors"] = Forge.files["manifest.json"]
        for (files, sentence) in [
            (altered, "manifest.json differs from what was signed"),
            (removed, "weights.safetensors is missing"),
            (added, "1 of its files were not signed"),
            (renamed, "weights.safetensors is missing, 1 of its files were not signed"),
            (swapped, "manifest.json differs from what was signed, weights.safetensors differs"),
            ([:], "manifest.json is missing, weights.safetensors is missing"),
        ] {
            let error = await self.refusal(signature, of: files)
            #expect(error?.code == .altered)
            #expect(error?.description.hasPrefix(sentence) == true, "\(sentence)")
        }
    }

    // MARK: Signers

    @Test(arguments: Role.allCases.filter { $0 != .head })
    func `a signature by any other role is refused`(role: Role) async throws {
        let member = try Forge.issue(.member(role), by: self.root)
        let plain = await self.refusal(try Forge.sign(as: member))
        #expect(plain?.code == .untrusted)
        #expect(plain?.description.contains("is of a \(role.rawValue)") == true)

        // Nor does a code signer's certificate help who is no head.
        var wish = Forge.Wish.member(role)
        wish.extended = [.clientAuth, .codeSigning]
        let able = try Forge.issue(wish, by: self.root)
        #expect(await self.refusal(try Forge.sign(as: able))?.code == .untrusted)
    }

    @Test func `a member cannot pass its key off as a head's`() async throws {
        let head = try Forge.issue(by: self.root)
        let worker = try Forge.issue(.member(.worker), by: self.root)
        let payload = try Forge.statement().encoded()

        // The head's certificate beside the worker's signature.
        let borrowed = SignatureEnvelope(
            payload: payload,
            signature: Array(
                try worker.key.signature(for: SignatureEnvelope.signedBytes(of: payload))
                    .derRepresentation),
            chain: [try Forge.der(head.certificate), try Forge.der(worker.certificate)])
        #expect(await self.refusal(borrowed.encoded())?.code == .untrusted)

        // A head's certificate that the worker issued to itself.
        let forged = try Forge.issue(by: worker)
        for chain in [[], [worker], [worker, self.root], [self.root]] {
            let error = await self.refusal(try Forge.sign(as: forged, chain: chain))
            #expect(error?.code == .untrusted)
        }
    }

    @Test func `another authority's head is refused, whatever the authority is called`()
        async throws
    {
        for name in ["Assay CA", "Other CA"] {
            let other = try Forge.root(name)
            let head = try Forge.issue(by: other)
            for chain in [[], [other]] {
                let error = await self.refusal(try Forge.sign(as: head, chain: chain))
                #expect(error?.code == .untrusted)
            }
        }
        let head = try Forge.issue(by: self.root)
        let signature = try Forge.sign(as: head)
        await #expect(throws: SigningError(.untrusted, "")) {
            try await ModelTrust.nobody.verify(signature, of: Forge.files, now: Forge.noon)
        }
    }

    @Test func `a head's certificate that is not for signing models is refused`() async throws {
        var wishes: [Forge.Wish] = []
        wishes.append(Forge.Wish(extended: [.serverAuth, .clientAuth]))
        wishes.append(Forge.Wish(extended: []))
        wishes.append(Forge.Wish(usage: KeyUsage(keyAgreement: true)))
        wishes.append(Forge.Wish(usage: nil))
        wishes.append(Forge.Wish(uris: []))
        wishes.append(Forge.Wish(uris: ["spiffe://north/head/a", "spiffe://north/head/b"]))
        wishes.append(Forge.Wish(uris: ["https://north/head/a"]))
        for wish in wishes {
            let head = try Forge.issue(wish, by: self.root)
            #expect(await self.refusal(try Forge.sign(as: head))?.code == .untrusted)
        }
    }

    @Test func `an authority between the head and the root is followed, if it may issue`()
        async throws
    {
        let between = try Forge.issue(.authority("Nodes CA"), by: self.root)
        let head = try Forge.issue(by: between)
        _ = try await self.verify(try Forge.sign(as: head, chain: [between]))
        _ = try await self.verify(try Forge.sign(as: head, chain: [between, self.root]))
        #expect(await self.refusal(try Forge.sign(as: head))?.code == .untrusted)

        var wish = Forge.Wish.authority("Tired CA")
        wish.usage = KeyUsage(digitalSignature: true)
        let tired = try Forge.issue(wish, by: self.root)
        let issued = try Forge.issue(by: tired)
        #expect(await self.refusal(try Forge.sign(as: issued, chain: [tired]))?.code == .untrusted)

        // As a head's issuer of workers is: whoever steals it signs no models.
        var workers = Forge.Wish.authority("issuer of a head")
        workers.extended = [.clientAuth]
        let issuer = try Forge.issue(workers, by: self.root)
        let thief = try Forge.issue(by: issuer)
        #expect(await self.refusal(try Forge.sign(as: thief, chain: [issuer]))?.code == .untrusted)
    }

    @Test func `an authority's heads are believed for its own cluster only`() async throws {
        var wish = Forge.Wish.authority("Assay CA")
        wish.uris = ["spiffe://south"]
        let south = try Forge.root(wish)
        let north = try Forge.sign(as: try Forge.issue(by: south))
        await #expect(throws: SigningError(.untrusted, "")) {
            try await ModelTrust(pem: try south.pem).verify(
                north, of: Forge.files, now: Forge.noon)
        }

        // A company's authority serves both; who has a certificate of one believes its heads.
        var member = Forge.Wish.member(.user)
        member.uris = ["spiffe://south/user/ann"]
        let ann = try Forge.issue(member, by: self.root)
        let trust = ModelTrust(
            try Credentials(
                authority: try self.root.pem, certificate: try ann.pem,
                key: Private(ann.key.pemRepresentation), now: Forge.noon))
        let signature = try Forge.sign(as: try Forge.issue(by: self.root))
        _ = try await self.verify(signature)
        await #expect(throws: SigningError(.untrusted, "")) {
            try await trust.verify(signature, of: Forge.files, now: Forge.noon)
        }
    }

    // MARK: Time

    @Test func `a model outlives the certificate that signed it`() async throws {
        let signature = try Forge.sign(as: try Forge.issue(by: self.root))
        _ = try await self.verify(signature, now: Forge.noon + 3650 * 86_400)
    }

    @Test func `a signature from outside its certificates' time, or the future, is refused`()
        async throws
    {
        let head = try Forge.issue(by: self.root)
        for moment in [Forge.noon - 3601, Forge.noon + 3601] {
            let signature = try Forge.sign(as: head, at: moment)
            let error = await self.refusal(signature, now: Forge.noon + 86_400)
            #expect(error?.code == .untrusted)
            #expect(error?.description.contains("was not valid") == true)
        }
        let signature = try Forge.sign(as: head, at: Forge.noon)
        #expect(await self.refusal(signature, now: Forge.noon - 301)?.code == .untrusted)
        _ = try await self.verify(signature, now: Forge.noon - 300)
    }

    // MARK: Authorities

    @Test func `what is no authority's certificate is trusted by nobody`() throws {
        let head = try Forge.issue(by: self.root)
        let key = head.key.pemRepresentation
        for text in ["", "no PEM", key, try self.root.pem + "\n" + key] {
            #expect(throws: SigningError(.malformed, "")) { try ModelTrust(pem: text) }
        }
    }

    @Test func `one of several authorities is enough`() async throws {
        let other = try Forge.root("Other CA")
        let both = try ModelTrust(pem: try other.pem + "\n" + self.root.pem)
        let head = try Forge.issue(by: self.root)
        _ = try await both.verify(try Forge.sign(as: head), of: Forge.files, now: Forge.noon)
    }
}
