import CoordinatorShell
import Foundation
import GRPCCore
import Signing
import Testing
import Transport
import Wire

/// What leaves a head is signed by it.
@Suite struct ModelsServiceTests {
    private func model(
        _ client: ControlClient.Client
    ) async throws -> Assay_V1_Model {
        var request = Assay_V1_GetModelRequest()
        request.model = "j1"
        return try await Assay_V1_Models.Client(wrapping: client).get(request)
    }

    @Test func `a model is handed out with the head's signature over what the journal says`()
        async throws
    {
        let scratch = try ScratchDirectory()
        try PermissionCellTests.writeModel(ownedBy: "user/ada", into: scratch)
        let cluster = try TestCluster()
        let trust = ModelTrust(try cluster.issue(.user, "ada").current)
        let before = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let (model, again) = try await TestHead.with(state: scratch.path, cluster: cluster) {
            head in
            try await head.asking(as: .user) { client in
                (try await self.model(client), try await self.model(client))
            }
        }
        let files = ["manifest.json": Sample.blob(4).digest]
        let proved = try await trust.verify(Array(model.signature), of: files, now: Date())
        #expect(proved.signer.uri == "spiffe://lab/head/head")
        #expect(proved.statement.model == "j1")
        #expect(proved.statement.owner == "user/ada")
        #expect(proved.statement.worker == model.worker && !model.worker.isEmpty)
        #expect(proved.statement.signedAt >= before)
        // Each is made when it is asked for.
        #expect(model.signature != again.signature)
        _ = try await trust.verify(Array(again.signature), of: files, now: Date())

        await #expect(throws: SigningError(.altered, "")) {
            try await trust.verify(
                Array(model.signature), of: ["manifest.json": Sample.blob(5).digest], now: Date())
        }
    }
}
