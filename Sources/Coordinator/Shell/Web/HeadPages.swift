import HTTPTypes
import Hummingbird
package import Transport
import Wire

/// The pages of the head's port: `/livez`, `/readyz` and `/metrics`.
package struct HeadPages: Sendable {
    let vitals: Vitals
    let metrics: MetricsPage

    package var pages: Pages {
        let router = Router(context: PageContext.self)
        router.get("livez") { _, context in
            try context.permit(.readHealth)
            return Self.json(self.vitals.live, well: "alive")
        }
        router.get("readyz") { _, context in
            try context.permit(.readHealth)
            return Self.json(self.vitals.ready, well: "ready")
        }
        router.get("metrics") { _, context in
            try context.permit(.readMetrics)
            return Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: try await self.metrics.text())))
        }
        return Pages(router)
    }

    /// `{"status":"ready"}`, or 503 and why not. The reasons are sentences of ours without quotes
    /// or control characters.
    private static func json(_ answer: ProbeAnswer, well: String) -> Response {
        let (status, body): (HTTPResponse.Status, String) =
            switch answer {
            case .yes: (.ok, #"{"status":"\#(well)"}"#)
            case .no(let reason):
                (.serviceUnavailable, #"{"status":"not \#(well)","reasons":["\#(reason)"]}"#)
            }
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body + "\n")))
    }
}

/// What probes are told, on the port and on the probe port.
package struct Vitals: Sendable {
    let readiness: Readiness
    let loop: CoordinatorLoop

    /// A turn that takes longer is a disk that hangs, or a bug: a restart may help.
    private static let turnMax: Duration = .seconds(30)

    package var live: ProbeAnswer {
        if let duration = self.loop.metrics.turnUnderWay, duration > Self.turnMax {
            return .no(reason: "the head's loop has been busy for \(Int(duration.seconds)) seconds")
        }
        return .yes
    }

    package var ready: ProbeAnswer {
        self.readiness.state.reason.map { .no(reason: $0) } ?? .yes
    }
}
