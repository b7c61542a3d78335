import CertificateAuthority
import Foundation
import Host
import Signing
import Testing
import Transport
import Wire

@testable import assay

/// What becomes of a model that is signed, and of one that is not, by whom one trusts.
@Suite struct SignedModelTests {
    private let place: TemporaryFolder
    private let authority: Authority
    private let trust: ModelTrust
    private var model: ModelDirectory { ModelDirectory("\(self.place.path)/wine.model") }

    private static let files: [ModelFile] = ModelDirectory.files.map { ($0, Array($0.utf8)) }

    init() throws {
        var chance = SystemRandomNumberGenerator()
        self.place = try TemporaryFolder()
        self.authority = try Authority(cluster: "north", now: Date(), using: &chance)
        self.trust = try ModelTrust(pem: try self.authority.certificatePEM)
        let request = try CertificateRequest(
            for: try self.authority.identity(.head, "head-1"),
            serverNames: [try ServerName(host: "head.example")])
        let issued = try self.authority.issue(request, now: Date(), using: &chance)
        let signer = try ModelSigner(
            try Credentials(
                authority: try self.authority.certificatePEM, certificate: issued.certificatePEM,
                key: issued.keyPEM))
        let statement = try ModelStatement(
            model: "j1", name: "wine", owner: "user/ann", worker: "w1",
            witnesses: .none, signedAt: Date(),
            files: Self.files.map {
                .init(name: $0.name, digest: ModelChecksums.digest($0.bytes))
            })
        try self.model.write(Self.files, signature: try signer.sign(statement))
    }

    private func refusal(_ terms: ModelTerms) async -> CommandError? {
        await #expect(throws: CommandError.self) { try await self.model.bundle(on: terms) }
    }

    private var terms: ModelTerms { ModelTerms(trust: self.trust, takesUnsigned: false) }

    @Test func `a signed model is a manifest, weights and a signature, and nothing else`()
        async throws
    {
        #expect(
            self.place.names == [
                "wine.model", "wine.model/manifest.json", "wine.model/model.sig",
                "wine.model/weights.safetensors",
            ])
        let bundle = try await self.model.bundle(on: self.terms)
        #expect(bundle.provenance?.signer.uri == "spiffe://north/head/head-1")
        #expect(bundle.provenance?.statement.model == "j1")
        #expect(bundle.files.map(\.bytes) == Self.files.map(\.bytes))
        let report = VerifyCommand.Report("wine.model", try #require(bundle.provenance))
        #expect(report.cluster == "north")
        #expect(report.text(.plain).contains("signed by spiffe://north/head/head-1"))
    }

    @Test func `a signed model is replaced by an unsigned one, and the signature goes`() throws {
        try self.model.write(Self.files)
        #expect(self.place.names.contains("wine.model/SHA256SUMS"))
        #expect(!self.place.names.contains("wine.model/model.sig"))
    }

    @Test func `whatever is changed in the directory is refused`() async throws {
        let change: [(String) throws -> Void] = [
            { try self.place.write("other", to: "\($0)/manifest.json") },
            { try self.place.write("other", to: "\($0)/weights.safetensors") },
            { try self.place.write("{}", to: "\($0)/model.sig") },
            { try self.place.write("import os", to: "\($0)/hook.py") },
            { try self.place.write("", to: "\($0)/.gitattributes") },
            { try self.place.write("", to: "\($0)/SHA256SUMS") },
            {
                try FileManager.default.removeItem(atPath: "\(self.place.path)/\($0)/manifest.json")
            },
            {
                let folder = "\(self.place.path)/\($0)"
                try FileManager.default.moveItem(
                    atPath: "\(folder)/weights.safetensors", toPath: "\(folder)/weights.bin")
            },
        ]
        let good = self.model.path
        for (index, change) in change.enumerated() {
            let name = "changed-\(index).model"
            let path = "\(self.place.path)/\(name)"
            try FileManager.default.copyItem(atPath: good, toPath: path)
            _ = try await ModelDirectory(path).bundle(on: self.terms)
            try change(name)
            let error = await #expect(throws: CommandError.self) {
                try await ModelDirectory(path).bundle(on: self.terms)
            }
            #expect(error?.exit == .refused)
            #expect(error?.description.hasPrefix("\(path): does not verify: ") == true)
        }
    }

    @Test func `a signed model is not taken where nobody says whom to trust`() async throws {
        for takesUnsigned in [false, true] {
            let error = await self.refusal(ModelTerms(trust: nil, takesUnsigned: takesUnsigned))
            #expect(error?.exit == .usage)
            #expect(error?.description.contains("--ca") == true)
        }
    }

    @Test func `taking away the signature does not get a model past who trusts somebody`()
        async throws
    {
        try self.model.write(Self.files)
        let error = await self.refusal(self.terms)
        #expect(error?.exit == .refused)
        #expect(error?.description.contains("is not signed") == true)

        for terms in [
            ModelTerms(trust: self.trust, takesUnsigned: true),
            ModelTerms(trust: nil, takesUnsigned: false),
        ] {
            let bundle = try await self.model.bundle(on: terms)
            #expect(bundle.provenance == nil)
        }
    }

    @Test func `another cluster's authority does not know the head`() async throws {
        var chance = SystemRandomNumberGenerator()
        let other = try Authority(cluster: "north", now: Date(), using: &chance)
        let trust = try ModelTrust(pem: try other.certificatePEM)
        let error = await self.refusal(ModelTerms(trust: trust, takesUnsigned: true))
        #expect(error?.exit == .refused)
    }

    // MARK: Whom to trust

    @Test func `the authority is named by a flag, else by the certificates`() throws {
        let pem = try self.place.write(try self.authority.certificatePEM, to: "ca.pem")
        let certs = ["ASSAY_CERTS": self.place.path]
        func trust(_ flags: [String], _ variables: [String: String]) throws -> ModelTrust? {
            let command = try VerifyCommand.parse(["m"] + flags)
            return try command.authority.trust(
                command.client, environment: Environment(variables))
        }
        #expect(try trust([], [:]) == nil)
        #expect(try trust([], certs) != nil)
        #expect(try trust(["--certs", self.place.path], [:]) != nil)
        #expect(try trust(["--ca", pem], ["ASSAY_CERTS": "/nowhere"]) != nil)
        for (flags, variables) in [
            (["--ca", "/nowhere/ca.pem"], certs), ([], ["ASSAY_CERTS": "/nowhere"]),
            (["--ca", "\(self.model.path)/manifest.json"], [:]),
        ] {
            #expect(throws: InputError.self) { try trust(flags, variables) }
        }
    }
}
