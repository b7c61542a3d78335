package import GRPCCore
package import Wire

/// Gives every handler the proved peer of its connection, and refuses calls without one.
struct PeerInterceptor: ServerInterceptor {
    let table: ConnectionTable
    let witness: any Witness

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        var stamps = request.metadata[stringValues: Stamp.header].makeIterator()
        guard let stamp = stamps.next(), stamps.next() == nil, let number = UInt64(stamp),
            let connection = self.table[ConnectionID(number)]
        else {
            throw RPCError(code: .unauthenticated, message: "the caller is unknown")
        }
        switch connection.state {
        case .proved(let peer, .rpc):
            var request = request
            request.metadata.removeAllValues(forKey: Stamp.header)
            var context = context
            context.transportSpecific = CallerOfRPC(
                peer: peer, address: connection.address, table: self.table, witness: self.witness)
            return try await next(request, context)
        case .refused(let refusal):
            throw RPCError(
                code: .unauthenticated, message: "the head refused the connection: \(refusal)")
        case .pending, .proved:
            throw RPCError(code: .unauthenticated, message: "the caller is unknown")
        }
    }
}

/// Who makes a call, as it travels in the call's context.
struct CallerOfRPC: ServerContext.TransportSpecific {
    let peer: ProvedPeer
    let address: String
    let table: ConnectionTable
    let witness: any Witness
}

extension ServerContext {
    /// The caller, proved by its certificate.
    ///
    /// - Throws: `unauthenticated` when the call did not come through `Server`.
    package var peer: ProvedPeer {
        get throws(RPCError) { try self.caller.peer }
    }

    private var caller: CallerOfRPC {
        get throws(RPCError) {
            guard let caller = self.transportSpecific as? CallerOfRPC else {
                throw RPCError(code: .unauthenticated, message: "the caller is unknown")
            }
            return caller
        }
    }

    /// The caller's certificate has a successor: what stands on the old one stands until the new
    /// one's end.
    package func extend(to successor: CertificateFacts) throws(RPCError) {
        let caller = try self.caller
        caller.table.extend(caller.peer, to: successor)
    }

    /// Judges what the caller's role may do to an object of this owner, and has it remembered.
    ///
    /// Every call comes by here once: where it touches an object, when that is known. What changes
    /// something is on disk when this returns.
    ///
    /// - Parameter object: what is touched, as in `job/j17`.
    /// - Throws: `permissionDenied` with the reason; `unavailable` when it cannot be remembered.
    package func permit(
        _ verb: Verb, _ ownership: Ownership, on object: String? = nil
    ) async throws(RPCError) {
        let caller = try self.caller
        let judgement = Permission.judge(caller.peer.role, verb, ownership)
        if judgement != .allowed || !verb.isRoutine {
            let act = Act(
                by: Act.Peer(caller.peer), from: caller.address, verb.rawValue, object, judgement)
            try await caller.remember(act, durably: verb.changesSomething)
        }
        if case .refused(let reason) = judgement {
            throw RPCError(code: .permissionDenied, message: reason)
        }
    }

    /// Has one more object of a permitted act remembered, as of each job of a stream.
    package func note(_ verb: Verb, on object: String) throws(RPCError) {
        let caller = try self.caller
        caller.witness.note(
            Act(by: Act.Peer(caller.peer), from: caller.address, verb.rawValue, object))
    }

    /// Has it remembered that what the caller named is not there.
    package func noteMissing(_ verb: Verb, on object: String) throws(RPCError) {
        let caller = try self.caller
        caller.witness.note(
            Act(
                by: Act.Peer(caller.peer), from: caller.address, verb.rawValue, object,
                .refused(reason: "there is none")))
    }
}

extension CallerOfRPC {
    /// Whoever reads need not wait for the disk, unless so much waits that memory would fill up.
    fileprivate func remember(_ act: Act, durably: Bool) async throws(RPCError) {
        guard durably || self.witness.isCongested else { return self.witness.note(act) }
        do {
            try await self.witness.record(act)
        } catch {
            throw RPCError(
                code: .unavailable, message: "the head cannot write its audit log, or is stopping")
        }
    }
}
