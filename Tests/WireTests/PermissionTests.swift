import Testing
import Wire

/// The table once more, written down as people read it, so that a change of one is seen.
@Suite struct PermissionTests {
    /// `+` all, `o` own only, `-` nothing; in the order of `Verb.allCases`.
    static let table: [(Role, String)] = [
        (.head, "---------------------"),
        (.worker, "------------+----+---"),
        (.operator, "++++++++++++-+++--+++"),
        (.user, "+ooo+ooo+-+-------+o-"),
        (.viewer, "-++--+--+-++--+----+-"),
        (.probe, "----------++---------"),
        (.joiner, "----------------+----"),
    ]

    @Test(arguments: table) func `a role may do what its row says and nothing else`(
        role: Role, row: String
    ) {
        #expect(row.count == Verb.allCases.count)
        for (verb, mark) in zip(Verb.allCases, row) {
            func allows(_ ownership: Ownership) -> Bool {
                Permission.judge(role, verb, ownership) == .allowed
            }
            #expect(allows(.own) == (mark != "-"), "\(role) \(verb) own")
            #expect(allows(.none) == (mark != "-"), "\(role) \(verb) none")
            #expect(allows(.others) == (mark == "+"), "\(role) \(verb) others")
        }
    }

    @Test func `every role has its row`() {
        #expect(Set(Self.table.map(\.0)) == Set(Role.allCases))
    }

    @Test func `a refusal names the role and the act`() {
        #expect(
            Permission.judge(.probe, .submitJob, .none)
                == .refused(reason: "a probe may not submit jobs"))
        #expect(
            Permission.judge(.user, .readJob, .others)
                == .refused(reason: "a user may read jobs only of their own"))
    }
}
