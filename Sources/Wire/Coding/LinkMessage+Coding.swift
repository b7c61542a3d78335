package import SwiftProtobuf

extension LinkMessage {
    /// Reads one frame's message.
    ///
    /// - Throws: `WireError` naming the field that breaks a rule.
    package init(bytes: some SwiftProtobufContiguousBytes) throws(WireError) {
        try self.init(try Assay_Link_V1_LinkMessage.read(bytes, as: "frame"))
    }

    /// The message as the body of one frame.
    package func encoded<Bytes: SwiftProtobufContiguousBytes>() -> Bytes {
        self.message.written()
    }

    init(_ message: Assay_Link_V1_LinkMessage) throws(WireError) {
        switch try Checked.present(message.kind, "message.kind") {
        case .hello(let hello): self = .hello(try Hello(hello))
        case .welcome(let welcome): self = .welcome(try Welcome(welcome))
        case .assignments(let assignments):
            let groups = try Checked.count(assignments.groups, "assignments.groups")
            self = .assignments(
                try Checked.map(groups) { (group) throws(WireError) in
                    try AssignmentGroup(group)
                })
        case .reports(let reports):
            let reports = try Checked.count(reports.reports, "reports.reports")
            self = .reports(
                try Checked.map(reports) { (report) throws(WireError) in try Report(report) })
        case .acknowledged(let leases): self = .acknowledged(try Lease.list(leases.leases))
        case .cancelled(let leases): self = .cancelled(try Lease.list(leases.leases))
        case .verdicts(let verdicts):
            let verdicts = try Checked.count(verdicts.verdicts, "verdicts.verdicts")
            self = .verdicts(
                try Checked.map(verdicts) { (verdict) throws(WireError) in try Verdict(verdict) })
        case .heartbeat: self = .heartbeat
        case .drain: self = .drain
        case .refused(let refusal): self = .refused(reason: Checked.reason(refusal.reason))
        case .bulkHello(let hello): self = .bulkHello(SessionNumber(rawValue: hello.session))
        case .fetch(let fetch):
            self = .fetch(
                Fetch(
                    lease: try Lease(fetch.lease),
                    digest: try Checked.digest(fetch.digest, "fetch.digest"),
                    offset: try Checked.number(
                        fetch.offset, "fetch.offset", in: 0...Limits.blobBytesMax)))
        case .put(let put):
            self = .put(Put(lease: try Lease(put.lease), blob: try Blob(put.blob, "put.blob")))
        case .blobFollows(let follows):
            self = .blobFollows(
                try Blob(follows.blob),
                offset: try Checked.number(
                    follows.offset, "blob_follows.offset", in: 0...Limits.blobBytesMax))
        case .blobStored(let stored):
            self = .blobStored(try Checked.digest(stored.digest, "blob_stored.digest"))
        case .blobMissing(let missing):
            self = .blobMissing(
                try Checked.digest(missing.digest, "blob_missing.digest"),
                reason: Checked.reason(missing.reason))
        }
    }

    var message: Assay_Link_V1_LinkMessage {
        var message = Assay_Link_V1_LinkMessage()
        switch self {
        case .hello(let hello): message.hello = hello.message
        case .welcome(let welcome): message.welcome = welcome.message
        case .assignments(let groups): message.assignments.groups = groups.map(\.message)
        case .reports(let reports): message.reports.reports = reports.map(\.message)
        case .acknowledged(let leases): message.acknowledged.leases = leases.map(\.message)
        case .cancelled(let leases): message.cancelled.leases = leases.map(\.message)
        case .verdicts(let verdicts): message.verdicts.verdicts = verdicts.map(\.message)
        case .heartbeat: message.heartbeat = .init()
        case .drain: message.drain = .init()
        case .refused(let reason): message.refused.reason = reason
        case .bulkHello(let session): message.bulkHello.session = session.rawValue
        case .fetch(let fetch):
            message.fetch.lease = fetch.lease.message
            message.fetch.digest = fetch.digest.description
            message.fetch.offset = fetch.offset
        case .put(let put):
            message.put.lease = put.lease.message
            message.put.blob = put.blob.message
        case .blobFollows(let blob, let offset):
            message.blobFollows.blob = blob.message
            message.blobFollows.offset = offset
        case .blobStored(let digest): message.blobStored.digest = digest.description
        case .blobMissing(let digest, let reason):
            message.blobMissing.digest = digest.description
            message.blobMissing.reason = reason
        }
        return message
    }
}
