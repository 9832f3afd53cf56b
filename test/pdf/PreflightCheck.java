import java.io.File;
import java.util.stream.Collectors;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** Says of each PDF named whether PDFBox Preflight finds it a valid PDF/A-1b: `name TAB valid`, or its errors. */
public class PreflightCheck {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      PreflightParser parser = new PreflightParser(new File(name));
      parser.parse();
      try (PreflightDocument document = parser.getPreflightDocument()) {
        document.validate();
        ValidationResult result = document.getResult();
        String errors = result.getErrorsList().stream()
            .map(error -> error.getErrorCode() + " " + error.getDetails().replaceAll("\\s+", " "))
            .collect(Collectors.joining("; "));
        System.out.println(name + "\t" + (result.isValid() ? "valid" : errors));
      }
    }
  }
}
