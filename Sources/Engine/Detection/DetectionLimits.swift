/// The bounds of detectors, each with its unit and its reason.
package enum DetectionLimits {
    /// Rows that stand for all. As references of distances they make a score cost 10,000 × columns
    /// multiplications, whatever the table; distances to a sample rank rows as well as those to
    /// all (Aggarwal and Sathe 2015). As rows whose scores say what is usual they are plenty.
    package static let sampleRows = 10_000
    /// Rows whose neighbours are held at once: 13 MB of them for 200 each.
    static let blockRows = 4096
    /// Axes of an ellipsoid: finding them takes 9 × their cube multiplications, some ten seconds.
    static let axesMax = 1000
    /// Numbers that an ellipsoid's axes hold together: 128 MiB.
    static let axesNumbersMax = 1 << 24
    /// Axes of an elliptic envelope, whose covariance is estimated some two hundred times.
    static let envelopeAxesMax = 64
    /// Bins of a histogram, unless more are asked for.
    static let binsMax = 30
}
