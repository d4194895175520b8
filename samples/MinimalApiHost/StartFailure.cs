using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Outbox.Storage;

namespace MinimalApiHost;

/// <summary>Why the platform cannot start, in a sentence for whoever started it.</summary>
internal static class StartFailure
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>The sentence; null for what is a fault of the program's own, whose stack trace is wanted.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        SettingException or OutboxStoreException => exception.Message,
        OptionsValidationException e => string.Join(Environment.NewLine, e.Failures.Select(InSettings)),
        DbException e => $"The database of the setting ConnectionStrings__Calls cannot be used: {e.Message}",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } e => $"{e.Message} Stop what listens there, or choose another address by ASPNETCORE_URLS.",
        SocketException e => $"The address to listen on cannot be used: {e.Message}. Choose another one by ASPNETCORE_URLS.",
        _ => null,
    };

    /// <summary>Leaves the last word about a failed start to <see cref="Explain"/>: the host would log it with a stack trace before.</summary>
    public static void ExplainedOnce(this ILoggingBuilder logging) => logging.AddFilter(HostCategory, LogLevel.Critical);

    // The outbox names its options, and here they are set by settings: Webhooks is bound to its Sending.
    private static string InSettings(string failure) => failure.Replace("Sending.", "Webhooks__", StringComparison.Ordinal);
}
