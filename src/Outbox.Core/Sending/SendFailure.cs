using System.Net.Sockets;
using System.Security.Authentication;
using Polly;
using Polly.Timeout;

namespace Outbox.Sending;

/// <summary>Thrown inside the handler when this library itself refuses; carries what the operator reads.</summary>
internal sealed class SendFailureException(string code, string detail) : Exception(detail)
{
    public string Code { get; } = code;
}

/// <summary>
/// Names a failure. Sentences are ours: exceptions' own messages name addresses and ports.
/// </summary>
internal readonly record struct SendFailure(string Code, string Detail)
{
    private const int MaxDetailBytes = 300;

    public static SendFailure From(Exception exception)
        => Inner<SendFailureException>(exception) is { } own ? new(own.Code, own.Message) : FromForeign(exception);

    private static SendFailure FromForeign(Exception exception) => exception switch
    {
        HttpRequestException http when Inner<SocketException>(http)?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData
            or SocketError.TryAgain or SocketError.NoRecovery => new(SendErrorCodes.Dns, "The host's name does not resolve."),
        HttpRequestException http => FromHttp(http),
        OperationCanceledException { InnerException: TimeoutException } =>
            new(SendErrorCodes.ConnectTimeout, "No connection (name, TCP, TLS) in time."),
        TimeoutRejectedException => new(SendErrorCodes.Timeout, "The HTTP pipeline's timeout ran out."),
        ExecutionRejectedException rejected =>
            new(SendErrorCodes.Pipeline, $"The HTTP pipeline rejected the attempt ({rejected.GetType().Name})."),
        IOException or SocketException => new(SendErrorCodes.Reset, "The connection broke before an answer was there."),
        _ => new(SendErrorCodes.Unexpected, $"The attempt failed in a way that nobody foresaw ({exception.GetType().Name})."),
    };

    private static SendFailure FromHttp(HttpRequestException http) => http.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => new(SendErrorCodes.Connect, $"The host accepts no connection{Reason(http)}."),
        HttpRequestError.SecureConnectionError => new(SendErrorCodes.Tls, Tls(http)),
        HttpRequestError.ConfigurationLimitExceeded => new(SendErrorCodes.HeadersTooLarge, "The answer's headers are larger than 16 KiB."),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError =>
            new(SendErrorCodes.Protocol, "What came back is not an HTTP/1.1 answer."),
        HttpRequestError.ResponseEnded => new(SendErrorCodes.Reset, "The connection closed before an answer was there."),
        _ when http.InnerException is IOException or SocketException =>
            new(SendErrorCodes.Reset, $"The connection broke before an answer was there{Reason(http)}."),
        _ => new(SendErrorCodes.Unexpected, $"The HTTP client failed ({http.HttpRequestError})."),
    };

    private static string Reason(Exception exception)
        => Inner<SocketException>(exception) is { } socket ? $" ({socket.SocketErrorCode})" : "";

    private static T? Inner<T>(Exception? exception)
        where T : Exception
    {
        while (exception is not (null or T))
        {
            exception = exception.InnerException;
        }

        return (T?)exception;
    }

    // The framework's sentence names what is wrong with the certificate (RemoteCertificateNameMismatch, NotTimeValid) and no address.
    private static string Tls(HttpRequestException http)
        => http.InnerException is AuthenticationException tls
            ? SafeText.Clean("TLS failed: " + tls.Message, MaxDetailBytes)
            : $"TLS failed: the connection broke during the handshake{Reason(http)}.";
}
