using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Benchmarks.Harness;

/// <summary>The receiver that a customer in .NET has, in a process of its own: a route of ASP.NET Core that verifies the signature and answers 200.</summary>
internal static class VerifyingReceiver
{
    public const string Role = "verifying-receiver";

    private static readonly WebhookVerifier Verifier = new(WebhookProfile.Standard, Customers.Secret);

    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapPost("/{**path}", ReceiveAsync);
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Port);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }

    private static async Task ReceiveAsync(HttpContext context)
    {
        var body = new byte[(int)context.Request.ContentLength!.Value];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        var verification = Verifier.Verify(body, name => context.Request.Headers[name]);
        context.Response.StatusCode = verification.IsValid ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized;
    }
}
