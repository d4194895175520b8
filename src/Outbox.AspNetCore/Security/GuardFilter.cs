using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.AspNetCore.Answers;

namespace Outbox.AspNetCore.Security;

/// <summary>Before each route of the API: who calls, whether a change was really asked for by our own page, and every refusal as a problem.</summary>
internal sealed partial class GuardFilter(Mapping mapping) : IEndpointFilter
{
    /// <summary>A page of another site cannot send this header without asking first.</summary>
    public const string CsrfHeader = "X-Outbox-Request";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        SafeHeaders.AddTo(http.Response);
        try
        {
            http.Features.Set(await Access.FindAsync(http, mapping.Options));
            if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
            {
                RefuseForged(http.Request);
                RefuseReaders(http);
            }

            return await next(context);
        }
        catch (Exception e) when (Problem.Of(e) is { } problem)
        {
            if (problem.Body.Status == StatusCodes.Status503ServiceUnavailable && e is not ProblemException)
            {
                StoreFailed(LoggerOf(http), e);
            }

            return problem;
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            RequestFailed(LoggerOf(http), e, http.Request.Method, http.Request.Path);
            return Problem.Unexpected();
        }
    }

    private static void RefuseForged(HttpRequest request)
    {
        string? site = request.Headers["Sec-Fetch-Site"];
        if (string.IsNullOrEmpty(request.Headers[CsrfHeader]) || site is not (null or "same-origin" or "none"))
        {
            throw new ProblemException(Problem.Csrf($"A change needs the header {CsrfHeader}: 1, sent from a page of this host."));
        }
    }

    [LoggerMessage(83, LogLevel.Error, "The management API could not ask the outbox's database.")]
    private static partial void StoreFailed(ILogger logger, Exception failure);

    [LoggerMessage(84, LogLevel.Error, "The management API failed at {Method} {Path}.")]
    private static partial void RequestFailed(ILogger logger, Exception failure, string method, string path);

    private static ILogger LoggerOf(HttpContext http) => http.RequestServices.GetRequiredService<ILogger<GuardFilter>>();

    private static void RefuseReaders(HttpContext http)
    {
        if (!Access.Of(http).CanOperate)
        {
            throw new ProblemException(Problem.Forbidden("You may look, but not change anything."));
        }
    }
}
