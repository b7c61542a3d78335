import GRPCCore
import Transport
import Wire

/// Who calls, and whose an object is.
///
/// An owner is written `ROLE/NAME`, as in `user/ada`: an operator of that name is somebody else.
/// What belongs to others is refused by `permissionDenied` with the reason, not hidden as
/// `notFound`: numbers of jobs are consecutive, so there is nothing to hide, and a user who is told
/// the wrong reason looks in the wrong place.
struct Caller {
    let owner: String
    private let context: ServerContext
    private let role: Role

    init(_ context: ServerContext) throws(RPCError) {
        let peer = try context.peer
        self.owner = "\(peer.role.rawValue)/\(peer.name)"
        self.role = peer.role
        self.context = context
    }

    /// - Throws: `permissionDenied` unless the caller may do this to something of this owner.
    func permit(
        _ verb: Verb, ownedBy owner: String, on object: String
    ) async throws(RPCError) {
        try await self.context.permit(verb, owner == self.owner ? .own : .others, on: object)
    }

    /// - Throws: `permissionDenied` unless the caller may do this at all, whatever it is about.
    func demand(_ verb: Verb) throws(RPCError) {
        guard case .refused(let reason) = Permission.judge(self.role, verb, .none) else { return }
        throw RPCError(code: .permissionDenied, message: reason)
    }

    /// Whose objects a list shows to the caller; nil is everybody's.
    func visibleOwner(_ verb: Verb) -> String? {
        Permission.judge(self.role, verb, .others) == .allowed ? nil : self.owner
    }
}
