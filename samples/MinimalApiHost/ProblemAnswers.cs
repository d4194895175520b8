using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Outbox;

namespace MinimalApiHost;

/// <summary>Says what is wrong as problem details (RFC 9457): 422 for values that cannot be accepted, 400 for what is no JSON at all.</summary>
internal sealed class ProblemAnswers : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            WebhookValidationException e => Unprocessable(e),
            BadHttpRequestException { InnerException: JsonException e } => Problem(StatusCodes.Status400BadRequest, $"The body is not the JSON that this route reads: {e.Message}"),
            BadHttpRequestException when httpContext.Request is { ContentLength: 0 or null } request && !HttpMethods.IsGet(request.Method)
                => Problem(StatusCodes.Status400BadRequest, "This route reads a JSON object in the body, and there is no body."),
            BadHttpRequestException e => Problem(e.StatusCode, e.Message),
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

    private static ProblemHttpResult Unprocessable(WebhookValidationException e) => TypedResults.Problem(
        e.Message,
        statusCode: StatusCodes.Status422UnprocessableEntity,
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["field"] = e.Field });
}

internal static class ProblemAnswersExtensions
{
    public static void AddProblemAnswers(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemAnswers>();

        // Outside Development a body that cannot be read would be answered without a word.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }
}
