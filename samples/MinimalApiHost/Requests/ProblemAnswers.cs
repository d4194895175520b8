using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using Outbox;
using Outbox.Storage;

namespace MinimalApiHost.Requests;

/// <summary>
/// Says what is wrong as problem details (RFC 9457): 422 for values that cannot be accepted, 400 for what is no JSON at all, 503 while the
/// database cannot be used.
/// </summary>
internal sealed partial class ProblemAnswers(ILogger<ProblemAnswers> logger) : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            WebhookValidationException e => Unprocessable(e, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } e => Problem(e.StatusCode, "The body is larger than this server reads. Send less at once."),
            BadHttpRequestException e => Problem(e.StatusCode, e.Message),
            _ when IsTransient(exception) => Unavailable(httpContext, exception),
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }

        await problem.ExecuteAsync(httpContext);
        return true;
    }

    public static ProblemHttpResult NotFound(string detail) => Problem(StatusCodes.Status404NotFound, detail);

    public static ProblemHttpResult Conflict(string detail) => Problem(StatusCodes.Status409Conflict, detail);

    public static ProblemHttpResult Forbidden(string detail) => Problem(StatusCodes.Status403Forbidden, detail);

    public static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>What routing answers without a word of its own.</summary>
    public static string? DetailOf(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is no route {context.Request.Path}. GET / lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} does not take {context.Request.Method}. It takes: {context.Response.Headers.Allow}.",
        StatusCodes.Status500InternalServerError => "Something is wrong on this side, and the log says what. The request may be sent again.",
        _ => null,
    };

    private static ProblemHttpResult Unprocessable(WebhookValidationException e, Endpoint? route)
    {
        var field = route?.Metadata.GetMetadata<FieldNames>()?.Of(e.Field) ?? e.Field;
        return TypedResults.Problem(
            e.Message.Replace("WebhookOutboxOptions.EventTypes", "the platform's setting Webhooks__EventTypes", StringComparison.Ordinal),
            statusCode: StatusCodes.Status422UnprocessableEntity,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["field"] = field });
    }

    // What is wrong with the database is for the log: the caller can only wait.
    private ProblemHttpResult Unavailable(HttpContext context, Exception exception)
    {
        LogUnavailable(logger, exception);
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problem(StatusCodes.Status503ServiceUnavailable, $"The platform's database cannot be used just now. Nothing was changed: send the request again in {RetryAfterSeconds} seconds.");
    }

    private static bool IsTransient(Exception exception) => exception switch
    {
        OutboxStoreException e => e.IsTransient,
        SqliteException e => e.SqliteErrorCode is SqliteBusy or SqliteLocked,
        DbException e => e.IsTransient,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request was answered 503: the database cannot be used.")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}

internal static class ProblemAnswersExtensions
{
    public static void AddProblemAnswers(this IServiceCollection services)
    {
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context => context.ProblemDetails.Detail ??= ProblemAnswers.DetailOf(context.HttpContext));
        services.AddExceptionHandler<ProblemAnswers>();

        // Outside Development a body that cannot be read would be answered without a word.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }
}
