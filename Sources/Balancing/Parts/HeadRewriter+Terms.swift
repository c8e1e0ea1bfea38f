import Basics
import HTTP1
import ProxyProtocol

extension HeadRewriter {
    /// What it goes by, from the options.
    struct Terms {
        var requestLimits = HeadLimits()
        var responseLimits = HeadLimits()
        /// The proxies that are believed when they name a client.
        var proxies = TrustedProxies([])
        /// Our name in Via.
        var pseudonym = InlineText()
        /// What Host says where an HTTP/1.0 client said nothing.
        var fallbackHost = InlineText()
        /// Whether backends are told of the client by Forwarded too.
        var writesForwarded = false
        /// In which form they are told before the first byte, where they are.
        var proxyVersion = ProxyHeader.Version.binary
        /// What the cookie is called that keeps a client on a backend.
        var cookieName = InlineText()
        /// Whether backends are told of a trace for each request, and not only for those that come
        /// with one.
        var tracesAll = false
        /// Whether the access log has Referer and User-Agent.
        var keepsVisitor = false
    }
}
