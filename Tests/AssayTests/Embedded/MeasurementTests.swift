import Testing

@testable import assay

@Suite struct MeasurementTests {
    @Test func `percentiles are times that did occur`() {
        let times = (1...100).reversed().map { Duration.milliseconds($0) }
        let trips = Measurement.RoundTrips(times)
        #expect(trips.count == 100)
        #expect(abs(trips.p50Milliseconds - 50) < 1e-9)
        #expect(abs(trips.p90Milliseconds - 90) < 1e-9)
        #expect(abs(trips.p99Milliseconds - 99) < 1e-9)
    }

    @Test func `one time is all percentiles`() {
        let trips = Measurement.RoundTrips([.milliseconds(3)])
        #expect(trips.p50Milliseconds == trips.p99Milliseconds)
    }

    @Test func `the CPU time of our processes only grows`() {
        let before = ProcessTree.cpuSeconds()
        #expect(before > 0)
        #expect(ProcessTree.cpuSeconds() >= before)
    }
}
