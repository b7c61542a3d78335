import Engine
import Testing
import Wire

/// Two modules that do not know each other bound the same table.
@Suite struct BoundsTests {
    @Test func `what the wire lets pass the engine reads, and no less`() {
        #expect(Limits.rowsMax == UInt64(TableLimits.rowsMax))
        #expect(Limits.columnsMax == UInt32(TableLimits.columnsMax))
        #expect(Limits.classesMax == UInt32(TableLimits.classesMax))
    }
}
