import Basics
import Scoreboard
import Testing

@testable import Admin

/// Metrics as text, to the letter of both formats.
@Suite struct MetricsTextTests {
    private var families: [MetricFamily] {
        var requests = MetricFamily("lbctl_requests", .counter, "Responses.")
        requests.add(7, [("backend", "a\"b\\\n"), ("class", "2xx")])
        var cpu = MetricFamily("lbctl_cpu_seconds", .counter, "Time\nof \\ all.")
        cpu.add(.number(0.25))
        var build = MetricFamily("lbctl_build", .info, "The version.")
        build.add(1, [("version", "1")])
        var up = MetricFamily("lbctl_up", .gauge, "Whether.")
        up.add(0)
        return [build, requests, cpu, up, MetricFamily("lbctl_nothing", .gauge, "Left out.")]
    }

    @Test func `the classic format names a counter as its samples`() {
        #expect(
            MetricsText.text(families, .classic) == #"""
                # TYPE lbctl_build_info gauge
                # HELP lbctl_build_info The version.
                lbctl_build_info{version="1"} 1
                # TYPE lbctl_requests_total counter
                # HELP lbctl_requests_total Responses.
                lbctl_requests_total{backend="a\"b\\\n",class="2xx"} 7
                # TYPE lbctl_cpu_seconds_total counter
                # HELP lbctl_cpu_seconds_total Time\nof \\ all.
                lbctl_cpu_seconds_total 0.25
                # TYPE lbctl_up gauge
                # HELP lbctl_up Whether.
                lbctl_up 0

                """#)
    }

    @Test func `OpenMetrics names the family, has units, and an end`() {
        #expect(
            MetricsText.text(families, .openMetrics) == #"""
                # TYPE lbctl_build info
                # HELP lbctl_build The version.
                lbctl_build_info{version="1"} 1
                # TYPE lbctl_requests counter
                # HELP lbctl_requests Responses.
                lbctl_requests_total{backend="a\"b\\\n",class="2xx"} 7
                # TYPE lbctl_cpu_seconds counter
                # UNIT lbctl_cpu_seconds seconds
                # HELP lbctl_cpu_seconds Time\nof \\ all.
                lbctl_cpu_seconds_total 0.25
                # TYPE lbctl_up gauge
                # HELP lbctl_up Whether.
                lbctl_up 0
                # EOF

                """#)
    }

    @Test func `a histogram's buckets rise, and end with all`() {
        var histogram = LatencyHistogram()
        histogram.counts[LatencyBuckets.index(.microseconds(100))] = 1
        histogram.counts[LatencyBuckets.index(.microseconds(101))] = 2
        histogram.counts[LatencyBuckets.index(.milliseconds(5))] = 4
        histogram.counts[LatencyBuckets.index(.seconds(1_000))] = 8
        histogram.sum = .milliseconds(1_500)
        var buckets = MetricBuckets.buckets(histogram)
        #expect(buckets.counts[0] == 1 && buckets.counts[1] == 3 && buckets.total == 15)
        #expect(buckets.counts[4] == 3 && buckets.counts[5] == 7 && buckets.counts.last == 7)
        buckets.exemplars[5] = MetricFamily.Exemplar(requestID: "01M7", duration: 0.005)
        var family = MetricFamily("lbctl_d_seconds", .histogram, "Time.")
        family.add(.histogram(buckets))
        let text = MetricsText.text([family], .openMetrics)
        #expect(text.contains("lbctl_d_seconds_bucket{le=\"0.0001\"} 1\n"))
        #expect(
            text.contains(
                "lbctl_d_seconds_bucket{le=\"0.005\"} 7 # {request_id=\"01M7\"} 0.005\n"))
        #expect(text.contains("lbctl_d_seconds_bucket{le=\"1.0\"} 7\n"))
        #expect(text.contains("lbctl_d_seconds_bucket{le=\"10.0\"} 7\n"))
        #expect(text.contains("lbctl_d_seconds_bucket{le=\"+Inf\"} 15\n"))
        #expect(text.contains("lbctl_d_seconds_sum 1.5\nlbctl_d_seconds_count 15\n"))
        #expect(!MetricsText.text([family], .classic).contains("request_id"))
    }

    @Test func `every exported end is an end that is counted with, and takes it in`() {
        for (index, end) in MetricBuckets.ends.enumerated() {
            let span = Nanoseconds.microseconds(end)
            #expect(LatencyBuckets.upperBound(LatencyBuckets.index(span)) == span)
            #expect(MetricBuckets.index(span) == index)
            #expect(MetricBuckets.index(span + Nanoseconds(1)) == index + 1)
        }
        #expect(MetricBuckets.words.first == "0.0001" && MetricBuckets.words.last == "+Inf")
        #expect(MetricBuckets.words.count == 17)
    }

    @Test(
        arguments: [
            (nil, .classic), ("", .classic), ("*/*", .classic), ("text/html", .classic),
            ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
            ("application/openmetrics-text;version=0.0.1", .classic),
            ("text/plain;q=0.5, application/openmetrics-text;q=0.4", .classic),
            ("application/openmetrics-text;q=0", .classic),
            ("application/openmetrics-text;q=x,text/plain;q=0.1", .classic),
            (
                "application/openmetrics-text;version=1.0.0,"
                    + "application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
            ),
        ] as [(String?, MetricsFormat)])
    func `the format is the one that is weighed most`(accept: String?, format: MetricsFormat) {
        #expect(MetricsFormat.asked(by: accept) == format)
    }
}
