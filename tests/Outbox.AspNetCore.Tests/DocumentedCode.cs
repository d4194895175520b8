using Microsoft.AspNetCore.Builder;

namespace Outbox.AspNetCore.Tests;

/// <summary>The code that README shows of this package.</summary>
internal static class DocumentedCode
{
    public static void Map(WebApplication app)
    {
        app.MapWebhookOutbox("/outbox", options => options.OperatorPolicy = "operators").RequireAuthorization("ops"); // package Outbox.AspNetCore
    }
}
