using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Outbox.Storage;

namespace Outbox.AspNetCore.Answers;

/// <summary>What is wrong, as problem details (RFC 9457).</summary>
internal sealed class Problem : IResult, IStatusCodeHttpResult
{
    private Problem(int status, string type, string title, string detail, string? field = null) =>
        Body = new ProblemBody($"urn:outbox:problem:{type}", title, status, detail, field);

    public ProblemBody Body { get; }

    public int? StatusCode => Body.Status;

    public static Problem Malformed(string detail, string? field = null) => new(400, "malformed", "The request cannot be read", detail, field);

    public static Problem Csrf(string detail) => new(403, "csrf", "The request may not come from this host's own page", detail);

    public static Problem Forbidden(string detail) => new(403, "forbidden", "Not allowed", detail);

    public static Problem NotFound(string what, string id) => new(404, "not-found", "Not found", $"There is no {what} '{id}'.");

    public static Problem NoRoute(string method, string path) =>
        new(404, "not-found", "Not found", $"There is no {method} of '{path}' here.");

    public static Problem Conflict(string detail) => new(409, "conflict", "Not in this state", detail);

    public static Problem MediaType() =>
        new(415, "media-type", "The body's type is not read here", "Send the body as Content-Type: application/json; a request without a body needs a route that takes none.");

    public static Problem Validation(string field, string detail) => new(422, "validation", "The request cannot be accepted", detail, field);

    public static Problem Busy(string detail) => new(503, "busy", "Busy", detail);

    public static Problem Unexpected() => new(500, "unexpected", "Something went wrong", "The request failed in this host; its log has the details.");

    public static Problem Store() =>
        new(503, "store", "The database cannot be reached", "The outbox's database does not answer now. Try again; the host's log has the details.");

    /// <summary>The problem that an exception means, or null where it is none of ours.</summary>
    public static Problem? Of(Exception exception) => exception switch
    {
        ProblemException e => e.Problem,
        WebhookValidationException e => Validation(e.Field, e.Message),
        OutboxStoreException or DbException => Store(),
        _ => null,
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Body.Status;
        return httpContext.Response.WriteAsJsonAsync(Body, ManagementJson.Default.ProblemBody, ProblemBody.ContentType, httpContext.RequestAborted);
    }
}

/// <summary>The members of a problem.</summary>
internal sealed record ProblemBody(string Type, string Title, int Status, string Detail, string? Field)
{
    public const string ContentType = "application/problem+json";
}

/// <summary>Ends a request with a problem.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Body.Detail)
{
    public Problem Problem { get; } = problem;
}
