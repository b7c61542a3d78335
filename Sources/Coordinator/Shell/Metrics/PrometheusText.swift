/// Writes metrics as Prometheus reads them (text exposition format 0.0.4).
struct PrometheusText {
    private(set) var text = ""

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge
    }

    struct Sample {
        /// Label and value; values are words of ours, never text from a peer.
        let labels: KeyValuePairs<String, String>
        let value: Double

        init(_ labels: KeyValuePairs<String, String>, _ value: Double) {
            self.labels = labels
            self.value = value
        }

        init(_ labels: KeyValuePairs<String, String>, _ value: some BinaryInteger) {
            self.init(labels, Double(value))
        }
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        precondition(
            (kind == .counter) == name.hasSuffix("_total"), "\(name): counters end in _total")
        self.head(name, kind.rawValue, help)
        for sample in samples {
            self.text += "\(name)\(Self.labels(sample.labels)) \(sample.value)\n"
        }
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.add(name, kind, help, [Sample([:], value)])
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        self.add(name, kind, help, Double(value))
    }

    mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
        let counts = histogram.counts
        self.head(name, "histogram", help)
        var running: UInt64 = 0
        for (bound, bucket) in zip(histogram.bounds, counts.buckets) {
            running += bucket
            self.text += "\(name)_bucket{le=\"\(bound)\"} \(running)\n"
        }
        self.text += "\(name)_bucket{le=\"+Inf\"} \(counts.count)\n"
        self.text += "\(name)_sum \(counts.sum)\n\(name)_count \(counts.count)\n"
    }

    private mutating func head(_ name: String, _ kind: String, _ help: String) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private static func labels(_ labels: KeyValuePairs<String, String>) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",") + "}"
    }
}
